import { createHash } from 'node:crypto';
import type { RtspRequest } from './rtspMessage.ts';
import type { PathSettings } from './settings.ts';

const REALM = 'camera';
const NONCE = 'c0ffee0123456789c0ffee0123456789';

/** What a client is asked for; undefined where its request already proves that it knows the password. */
export function challenge(request: RtspRequest, auth: PathSettings['auth']): string | undefined {
  if (!auth) return undefined;
  const said = request.headers.get('authorization') ?? '';
  const wanted = auth.scheme === 'basic' ? `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}` : undefined;
  if (wanted ? said === wanted : digestHolds(request.method, said, auth)) return undefined;
  return auth.scheme === 'basic' ? `Basic realm="${REALM}"` : `Digest realm="${REALM}", nonce="${NONCE}"`;
}

/** RFC 2617 3.2.2 without qop, as most cameras do it. */
function digestHolds(method: string, said: string, auth: { readonly user: string; readonly password: string }): boolean {
  const field = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(said)?.[1] ?? '';
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const secret = md5(`${auth.user}:${REALM}:${auth.password}`);
  return said.startsWith('Digest ') && field('username') === auth.user && field('response') === md5(`${secret}:${NONCE}:${md5(`${method}:${field('uri')}`)}`);
}
