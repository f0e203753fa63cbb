/**
 * Where the headers of a packet's NAL units lie, in either form that H.264 and HEVC come in: behind start codes (ITU-T H.264 and
 * H.265, annex B), as RTSP and MPEG-TS bring them, or behind lengths of four bytes (ISO/IEC 14496-15), as RTMP and MP4 do. Looks no
 * further than it is asked to. Damaged packets give fewer.
 */
export function* nalStarts(data: Uint8Array): Generator<number, void, void> {
  const lengths = nalLengths(data);
  if (lengths) {
    let at = 4;
    for (const length of lengths) {
      yield at;
      at += length + 4;
    }
    return;
  }
  for (let i = 0; i + 3 < data.length; i++) {
    if (data[i] === 0 && data[i + 1] === 0 && data[i + 2] === 1) yield i + 3;
  }
}

/** Lengths of the units, where they come with lengths. 00 00 01 begins both, but only lengths lead to the packet's very end. */
export function nalLengths(data: Uint8Array): number[] | undefined {
  const lengths: number[] = [];
  let at = 0;
  while (at + 4 <= data.length) {
    const length = (data[at] ?? 0) * 0x1000000 + (((data[at + 1] ?? 0) << 16) | ((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0));
    if (length === 0) return undefined;
    lengths.push(length);
    at += 4 + length;
  }
  return at === data.length && at > 0 ? lengths : undefined;
}
