/** A changed cell counts when so many of the nine around it changed the same way: noise does not come in lumps. */
const LUMP = 4;

/**
 * Cells that changed in lumps. `signs` holds 1 where a cell got brighter, -1 where darker, 0 else; pieces (connected over
 * sides and corners, whatever the sign) of fewer than `least` cells are left out.
 */
export function lumps(signs: Int8Array, width: number, height: number, least: number): number {
  const solid = new Uint8Array(width * height);
  let count = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const sign = signs[i] ?? 0;
      if (sign === 0) continue;
      let same = 0;
      for (let j = i - width; j <= i + width; j += width) {
        for (let k = j - 1; k <= j + 1; k++) if (signs[k] === sign) same++;
      }
      if (same < LUMP) continue;
      solid[i] = 1;
      count++;
    }
  }
  return least <= 1 || count === 0 ? count : inPieces(solid, width, least);
}

/** The outermost cells are never solid, so that no neighbour lies outside the picture. */
function inPieces(solid: Uint8Array, width: number, least: number): number {
  let count = 0;
  const open: number[] = [];
  for (let start = 0; start < solid.length; start++) {
    if (solid[start] !== 1) continue;
    let size = 0;
    solid[start] = 0;
    open.push(start);
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      size++;
      for (let j = i - width; j <= i + width; j += width) {
        for (let k = j - 1; k <= j + 1; k++) {
          if (solid[k] !== 1) continue;
          solid[k] = 0;
          open.push(k);
        }
      }
    }
    if (size >= least) count += size;
  }
  return count;
}
