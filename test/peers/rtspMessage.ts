/** A request of RTSP 1.0 (RFC 2326). */
export interface RtspRequest {
  readonly method: string;
  readonly url: string;
  /** names in lower case */
  readonly headers: ReadonlyMap<string, string>;
}

/** More than any header of a client that means well. */
const MOST_HEADER = 16_384;

/**
 * Takes requests out of a connection's bytes; what clients interleave (receiver reports) is passed over.
 * `take` throws where the bytes are no RTSP.
 */
export function createRequestReader(): { take(bytes: Buffer): RtspRequest[] } {
  let rest: Buffer = Buffer.alloc(0);
  return {
    take(bytes) {
      rest = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
      const requests: RtspRequest[] = [];
      for (;;) {
        if (rest[0] === 0x24) {
          const length = rest.length >= 4 ? 4 + rest.readUInt16BE(2) : Infinity;
          if (rest.length < length) return requests;
          rest = rest.subarray(length);
          continue;
        }
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0 && rest.length > MOST_HEADER) throw new Error('This is no RTSP.');
        if (end < 0) return requests;
        const request = parse(rest.subarray(0, end).toString('latin1'));
        const length = end + 4 + Number(request.headers.get('content-length') ?? 0);
        if (rest.length < length) return requests;
        rest = rest.subarray(length);
        requests.push(request);
      }
    },
  };
}

function parse(text: string): RtspRequest {
  const [first = '', ...lines] = text.split('\r\n');
  const [method, url, version] = first.split(' ');
  if (!method || !url || version !== 'RTSP/1.0') throw new Error('This is no RTSP.');
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  return { method, url, headers };
}

const REASONS: Record<number, string> = { 200: 'OK', 302: 'Found', 401: 'Unauthorized', 404: 'Not Found', 454: 'Session Not Found', 461: 'Unsupported Transport', 501: 'Not Implemented' };

export function response(request: RtspRequest, status: number, headers: Record<string, string> = {}, body = ''): string {
  const all = { CSeq: request.headers.get('cseq') ?? '0', ...headers, ...(body ? { 'Content-Length': String(Buffer.byteLength(body)) } : {}) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `RTSP/1.0 ${status} ${REASONS[status] ?? 'Error'}\r\n${lines.join('')}\r\n${body}`;
}
