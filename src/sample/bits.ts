/** Reads a NAL unit's payload bit by bit (ITU-T H.264, 7.2 and 9.1): past the end come zeros, and `over` is true. */
export interface Bits {
  u(count: number): number;
  ue(): number;
  se(): number;
  readonly over: boolean;
}

/** From byte `from` on, `most` bytes at most; the emulation prevention bytes (the 03 of 00 00 03) are left out. */
export function createBits(data: Uint8Array, from: number, most: number): Bits {
  const bytes: number[] = [];
  let zeros = 0;
  for (let i = from; i < data.length && bytes.length < most; i++) {
    const byte = data[i] ?? 0;
    if (zeros >= 2 && byte === 3) zeros = 0;
    else {
      bytes.push(byte);
      zeros = byte === 0 ? zeros + 1 : 0;
    }
  }
  let at = 0;
  const u = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    return value;
  };
  const ue = (): number => {
    let zeroBits = 0;
    while (zeroBits < 32 && at < bytes.length * 8 && u(1) === 0) zeroBits++;
    return 2 ** zeroBits - 1 + u(zeroBits);
  };
  return {
    u,
    ue,
    se: () => {
      const code = ue();
      return code % 2 === 0 ? -code / 2 : (code + 1) / 2;
    },
    get over() {
      return at > bytes.length * 8;
    },
  };
}
