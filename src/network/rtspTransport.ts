import { RtspFault } from './rtspMessage.ts';

/** What of a Transport header (RFC 2326, 12.39) a client needs to know; the rest could send it elsewhere. */
const KEPT = /^(unicast|interleaved=\d{1,3}(-\d{1,3})?|(client_port|server_port)=\d{1,5}(-\d{1,5})?|ssrc="?[0-9A-Fa-f]{1,8}"?|mode="?(PLAY|play)"?)$/;

/**
 * A camera's answer to SETUP as libav may see it. Over UDP libav sends its reports to the `source` named there, be it whose it may:
 * it becomes the address that the camera was reached at, and the only one that packets are then taken from.
 * Throws RtspFault for multicast, and for a camera that does not say where its packets come from.
 */
export function safeTransport(value: string, peer: string): string {
  if (value.includes(',')) throw new RtspFault('chooses more than one transport');
  const [spec = '', ...params] = value.split(';').map((part) => part.trim());
  if (params.some((param) => /^multicast\b/i.test(param))) throw new RtspFault('sends to a multicast group, which is not joined');
  if (!/^[A-Za-z0-9]+(\/[A-Za-z0-9-]+){1,2}$/.test(spec)) throw new RtspFault('names no transport');
  const kept = params.filter((param) => KEPT.test(param));
  if (/\/TCP$/i.test(spec)) return [spec, ...kept].join(';');
  const port = Number(/^server_port=(\d+)/.exec(kept.find((param) => param.startsWith('server_port')) ?? '')?.[1] ?? 0);
  if (port < 1 || port > 65_534) throw new RtspFault('does not say from which port it sends over UDP; TCP may do');
  return [spec, ...kept, `source=${peer.split('%')[0]}`].join(';');
}
