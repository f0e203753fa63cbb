import { pipeline } from 'node:stream/promises';
import { LookoutError } from '../../errors.ts';
import { openLive } from '../../network/http.ts';
import { openWay } from '../../network/way.ts';
import type { Cut } from '../../network/way.ts';
import type { Inlet, Opening } from './inlet.ts';

/** HTTP-FLV, MPEG-TS over HTTP, and HLS: fetched by us; libav gets one run of bytes. */
export async function openHttp({ shown, parts, opts, signal, living }: Opening): Promise<Inlet> {
  const login = parts.login === '' ? '' : `${parts.login}@`;
  const url = new URL(`http${parts.secure ? 's' : ''}://${login}${parts.host.includes(':') ? `[${parts.host}]` : parts.host}:${parts.port}${parts.path}`);
  const stopped = new AbortController();
  const reach = { rules: opts.network, purpose: 'camera' as const, opening: signal, living: AbortSignal.any([living, stopped.signal]) };
  const live = await openLive(url, { ...reach, ...(opts.lookup && { lookup: opts.lookup }) });
  const attach = (local: NodeJS.WritableStream, cut: Cut): Promise<void> => pipeline(told(live.chunks, shown, cut), local);
  const way = await openWay('127.0.0.1', 1, attach, () => stopped.abort(new LookoutError('CAMERA_UNREACHABLE', `${shown} was given up.`)));
  return { url: `tcp://127.0.0.1:${way.port}`, format: live.container, options: {}, latency: live.latency, way };
}

/** Tells why it breaks before the pipeline ends the connection. */
async function* told(chunks: AsyncIterable<Buffer>, shown: string, cut: Cut): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    cut(error instanceof LookoutError ? error : new LookoutError('CAMERA_UNREACHABLE', `${shown} broke off.`, { cause: error }));
    throw error;
  }
}
