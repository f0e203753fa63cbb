import type { FastifyReply } from 'fastify';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { LookoutError } from '../errors.ts';
import type { Bytes, Content } from './route.ts';

/** What a browser shows by itself and cannot run: everything else is for saving. */
const SHOWN = /^(image\/(jpeg|png|webp|gif|avif)|video\/[\w.+-]+|audio\/[\w.+-]+|application\/json|text\/(plain|csv))(;|$)/;

/** Opened by itself, a picture or a clip may show itself and nothing else. */
const POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/** A client that takes nothing for so long has gone, ms. */
export const STALLED_MS = 120_000;

/**
 * Sends bytes: a file with ranges, ETag and Last-Modified.
 * @throws LookoutError MEDIA_GONE where there is no such file
 */
export async function sendBytes(reply: FastifyReply, { content }: Bytes): Promise<FastifyReply> {
  reply.raw.setTimeout(STALLED_MS);
  reply.header('content-security-policy', POLICY).header('content-disposition', disposition(content)).type(content.type);
  if ('file' in content) return sendFile(reply, content);
  reply.header('cache-control', 'no-store');
  if ('data' in content) return reply.send(Buffer.from(content.data.buffer, content.data.byteOffset, content.data.byteLength));
  reply.header('x-accel-buffering', 'no');
  // Fastify destroys it when the client goes, and not where nothing of it is sent.
  if (reply.request.method === 'HEAD') {
    content.stream.destroy();
    return reply.send();
  }
  return reply.send(content.stream);
}

async function sendFile(reply: FastifyReply, content: Extract<Content, { file: string }>): Promise<FastifyReply> {
  const { done } = content;
  // A client that went while the file was made closes nothing more.
  if (reply.raw.closed) done?.call(content);
  else if (done) reply.raw.once('close', () => done.call(content));
  const found = await stat(content.file).catch(() => undefined);
  if (!found?.isFile()) {
    reply.removeHeader('content-disposition');
    throw new LookoutError('MEDIA_GONE', 'the file is not there any more.');
  }
  reply.header('cache-control', 'private, no-cache');
  return reply.sendFile(basename(content.file), dirname(content.file), { contentType: false, cacheControl: false, index: false });
}

/** RFC 6266: a plain name for all, the full one for those that know RFC 8187. */
function disposition({ type, name }: Content): string {
  const kind = SHOWN.test(type) ? 'inline' : 'attachment';
  if (name === undefined) return kind;
  const clean = (name.split(/[/\\]/).at(-1) ?? '').replace(/[\p{Cc}\p{Cf}"]/gu, '').slice(0, 200) || 'file';
  const plain = clean.replace(/[^\x20-\x7e]/g, '_').replace(/[%;\\]/g, '_');
  const full = encodeURIComponent(Buffer.from(clean).toString()).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return plain === clean ? `${kind}; filename="${plain}"` : `${kind}; filename="${plain}"; filename*=UTF-8''${full}`;
}
