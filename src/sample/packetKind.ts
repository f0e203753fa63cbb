import { createBits } from './bits.ts';
import { nalStarts } from './nalUnits.ts';

/**
 * The class of packets that share one size baseline: keyframes, and the others by what is known cheaply of how they are
 * predicted. `codec` is libav's name. Whatever cannot be read falls back on `keyframe`; nothing throws.
 */
export function packetKind(codec: string, data: Uint8Array, keyframe: boolean): string {
  if (keyframe) return 'key';
  const kind = codec === 'h264' ? h264Kind(data) : codec === 'hevc' ? hevcKind(data) : codec === 'av1' ? av1Kind(data) : undefined;
  return kind ?? 'inter';
}

/** ITU-T H.264, 7.3.1 and 7.3.3: the slice's type and nal_ref_idc, by which encoders tell the layers of a hierarchy apart. */
function h264Kind(data: Uint8Array): string | undefined {
  let layer = '';
  for (const start of nalStarts(data)) {
    const header = data[start] ?? 0;
    const type = header & 0x1f;
    // a prefix (annex G) names the temporal layer of the unit behind it
    if (type === 14 && ((data[start + 1] ?? 0) & 0x80) !== 0) layer = `t${(data[start + 3] ?? 0) >> 5}`;
    if (type !== 1 && type !== 2 && type !== 5) continue;
    const bits = createBits(data, start + 1, 8);
    bits.ue(); // first_mb_in_slice
    const slice = ['P', 'B', 'I', 'P', 'I'][bits.ue() % 5] ?? 'P';
    return `${slice}${header >> 5}${layer}`;
  }
  return undefined;
}

/** ITU-T H.265, 7.3.1.2: nal_unit_type (below 16 even ones are not referred to in their layer) and nuh_temporal_id_plus1. */
function hevcKind(data: Uint8Array): string | undefined {
  for (const start of nalStarts(data)) {
    const type = ((data[start] ?? 0) >> 1) & 0x3f;
    if (type >= 32) continue;
    const layer = Math.max(0, ((data[start + 1] ?? 0) & 7) - 1);
    return type >= 16 ? 'I' : `${type % 2 === 0 ? 'n' : 'r'}${layer}`;
  }
  return undefined;
}

/** AV1 bitstream, 5.3 and 5.9: the first frame's type, its temporal layer, and how many frames the temporal unit holds. */
function av1Kind(data: Uint8Array): string | undefined {
  let first: string | undefined;
  let frames = 0;
  for (let at = 0; at < data.length; ) {
    const header = data[at] ?? 0;
    const type = (header >> 3) & 15;
    const extended = (header & 4) !== 0;
    const layer = extended ? (data[at + 1] ?? 0) >> 5 : 0;
    const body = at + (extended ? 2 : 1);
    const size = (header & 2) === 0 ? { value: data.length - body, bytes: 0 } : leb128(data, body);
    // OBU_FRAME_HEADER, OBU_FRAME
    if (type === 3 || type === 6) {
      frames += 1;
      const bits = data[body + size.bytes] ?? 0;
      first ??= (bits & 0x80) !== 0 ? 'shown' : `f${(bits >> 5) & 3}t${layer}`;
    }
    at = body + size.bytes + size.value;
  }
  return first === undefined ? undefined : `${first}x${Math.min(frames, 4)}`;
}

function leb128(data: Uint8Array, at: number): { value: number; bytes: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = data[at + i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if ((byte & 0x80) === 0) return { value, bytes: i + 1 };
  }
  return { value, bytes: 5 };
}
