/** What a stream's payloads hold, part by part. */
export interface NalSink {
  /** A NAL unit begins: its header (the second byte is H.265's only, else 0), and what is here of the rest. */
  begin(header: number, second: number, bytes: Buffer, from: number, to: number): void;
  /** It goes on. */
  more(bytes: Buffer, from: number, to: number): void;
}

/** Takes an RTP payload apart. What is malformed or of a kind that libav does not read gives nothing, as with libav. */
export type Depacketise = (bytes: Buffer, from: number, to: number, sink: NalSink) => void;

const single = (bytes: Buffer, from: number, to: number, header: 1 | 2, sink: NalSink): void => sink.begin(bytes[from] ?? 0, header === 2 ? (bytes[from + 1] ?? 0) : 0, bytes, from + header, to);

function aggregated(bytes: Buffer, from: number, to: number, header: 1 | 2, sink: NalSink): void {
  for (let at = from; at + 2 < to; ) {
    const size = bytes.readUInt16BE(at);
    at += 2;
    if (size >= header && at + size <= to) single(bytes, at, at + size, header, sink);
    at += size;
  }
}

/** RFC 6184: single NAL units, STAP-A (5.7.1) and FU-A (5.8). */
export const depacketiseH264: Depacketise = (bytes, from, to, sink) => {
  if (to <= from) return;
  const indicator = bytes[from] ?? 0;
  const type = indicator & 0x1f;
  if (type <= 23) single(bytes, from, to, 1, sink);
  else if (type === 24) aggregated(bytes, from + 1, to, 1, sink);
  else if (type === 28 && to - from >= 3) {
    const header = bytes[from + 1] ?? 0;
    if ((header & 0x80) !== 0) sink.begin((indicator & 0xe0) | (header & 0x1f), 0, bytes, from + 2, to);
    else sink.more(bytes, from + 2, to);
  }
};

/** RFC 7798: single NAL units (4.4.1), aggregation packets (4.4.2) and fragmentation units (4.4.3), without DONL; one layer. */
export const depacketiseH265: Depacketise = (bytes, from, to, sink) => {
  if (to - from < 3) return;
  const [first = 0, second = 0] = [bytes[from], bytes[from + 1]];
  const type = (first >> 1) & 0x3f;
  if ((first & 1) !== 0 || second >> 3 !== 0 || (second & 7) === 0) return;
  if (type < 48) single(bytes, from, to, 2, sink);
  else if (type === 48) aggregated(bytes, from + 2, to, 2, sink);
  else if (type === 49 && to - from > 3) {
    const header = bytes[from + 2] ?? 0;
    if ((header & 0xc0) === 0xc0) return;
    if ((header & 0x80) !== 0) sink.begin((first & 0x81) | ((header & 0x3f) << 1), second, bytes, from + 3, to);
    else sink.more(bytes, from + 3, to);
  }
};
