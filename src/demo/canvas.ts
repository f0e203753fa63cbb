/** RGB, 0–255 each. */
export type Colour = readonly [number, number, number];

/**
 * A picture that is drawn in room units (the room is 192 × 128 units whatever the picture's size) with anti-aliased edges:
 * each shape is a signed distance in units, and a pixel's coverage is that distance clamped to one pixel.
 */
export class Canvas {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** pixels per unit */
  readonly scale: number;
  /** shift of everything drawn, units: the camera's shake */
  dx = 0;
  dy = 0;
  /** every colour drawn is multiplied by this: the room's light */
  tint: Colour = [1, 1, 1];

  constructor(width: number, height: number, data = new Uint8Array(width * height * 3)) {
    this.width = width;
    this.height = height;
    this.scale = width / 192;
    this.data = data;
  }

  /** Fill where `distance(x, y)` (units, negative inside) says so, within a bounding box in units. */
  private fill(x0: number, y0: number, x1: number, y1: number, c: Colour, distance: (x: number, y: number) => number, alpha = 1): void {
    const s = this.scale;
    const px0 = Math.max(0, Math.floor((x0 + this.dx) * s - 1));
    const px1 = Math.min(this.width - 1, Math.ceil((x1 + this.dx) * s + 1));
    const py0 = Math.max(0, Math.floor((y0 + this.dy) * s - 1));
    const py1 = Math.min(this.height - 1, Math.ceil((y1 + this.dy) * s + 1));
    const r = c[0] * this.tint[0];
    const g = c[1] * this.tint[1];
    const b = c[2] * this.tint[2];
    for (let py = py0; py <= py1; py++) {
      const y = (py + 0.5) / s - this.dy;
      let o = (py * this.width + px0) * 3;
      for (let px = px0; px <= px1; px++, o += 3) {
        const d = distance((px + 0.5) / s - this.dx, y) * s;
        if (d >= 0.5) continue;
        const a = (d <= -0.5 ? 1 : 0.5 - d) * alpha;
        this.data[o] = this.data[o]! + (r - this.data[o]!) * a + 0.5;
        this.data[o + 1] = this.data[o + 1]! + (g - this.data[o + 1]!) * a + 0.5;
        this.data[o + 2] = this.data[o + 2]! + (b - this.data[o + 2]!) * a + 0.5;
      }
    }
  }

  /** A rectangle with rounded corners. */
  box(x0: number, y0: number, x1: number, y1: number, c: Colour, radius = 0, alpha = 1): void {
    const cx = (x0 + x1) / 2;
    const cy = (y0 + y1) / 2;
    const hx = (x1 - x0) / 2 - radius;
    const hy = (y1 - y0) / 2 - radius;
    this.fill(x0, y0, x1, y1, c, (x, y) => {
      const qx = Math.abs(x - cx) - hx;
      const qy = Math.abs(y - cy) - hy;
      const ox = Math.max(qx, 0);
      const oy = Math.max(qy, 0);
      return Math.sqrt(ox * ox + oy * oy) + Math.min(Math.max(qx, qy), 0) - radius;
    }, alpha);
  }

  /** A thick line with round ends, from radius ra at (ax, ay) to rb at (bx, by). */
  limb(ax: number, ay: number, bx: number, by: number, ra: number, rb: number, c: Colour, alpha = 1): void {
    const r = Math.max(ra, rb);
    const vx = bx - ax;
    const vy = by - ay;
    const vv = vx * vx + vy * vy || 1e-9;
    this.fill(Math.min(ax, bx) - r, Math.min(ay, by) - r, Math.max(ax, bx) + r, Math.max(ay, by) + r, c, (x, y) => {
      const t = Math.min(1, Math.max(0, ((x - ax) * vx + (y - ay) * vy) / vv));
      const ex = x - ax - vx * t;
      const ey = y - ay - vy * t;
      return Math.sqrt(ex * ex + ey * ey) - (ra + (rb - ra) * t);
    }, alpha);
  }

  /** An ellipse; the distance is first order, good enough for its edge. */
  oval(cx: number, cy: number, rx: number, ry: number, c: Colour, alpha = 1): void {
    const m = Math.min(rx, ry);
    this.fill(cx - rx, cy - ry, cx + rx, cy + ry, c, (x, y) => {
      const u = (x - cx) / rx;
      const v = (y - cy) / ry;
      return (Math.sqrt(u * u + v * v) - 1) * m;
    }, alpha);
  }
}
