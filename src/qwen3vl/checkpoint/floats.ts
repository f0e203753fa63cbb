import type { RawTensor } from './safetensors.ts';

/** A tensor's elements as float32. Integers of 64 bits beyond 2^24 lose precision, as do float64. */
export function toFloat32({ dtype, bytes }: Pick<RawTensor, 'dtype' | 'bytes'>): Float32Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer, byteOffset, byteLength / 4);
    case 'BF16':
      return fromBfloat16(new Uint16Array(buffer, byteOffset, byteLength / 2));
    case 'F16':
      return fromFloat16(new Uint16Array(buffer, byteOffset, byteLength / 2));
    case 'F64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, byteLength / 8));
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer, byteOffset, byteLength / 8), Number);
    case 'I32':
      return Float32Array.from(new Int32Array(buffer, byteOffset, byteLength / 4));
    case 'U8':
      return Float32Array.from(bytes);
  }
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(half: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Uint32Array(half.length);
  for (let i = 0; i < half.length; i++) out[i] = (half[i] ?? 0) << 16;
  return new Float32Array(out.buffer);
}

/** IEEE 754 binary16, subnormals, infinities and NaN included. */
function fromFloat16(half: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(half.length);
  for (let i = 0; i < half.length; i++) {
    const h = half[i] ?? 0;
    const sign = h & 0x8000 ? -1 : 1;
    const exponent = (h >> 10) & 0x1f;
    const fraction = h & 0x3ff;
    if (exponent === 0x1f) out[i] = fraction === 0 ? sign * Infinity : NaN;
    else if (exponent === 0) out[i] = sign * fraction * 2 ** -24;
    else out[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return out;
}
