import { isIPv6 } from 'node:net';
import { connectTo } from '../../network/connect.ts';
import { createIntake } from '../../network/pipe.ts';
import { relayRtsp } from '../../network/rtspRelay.ts';
import type { RtspSession } from '../../network/rtspRelay.ts';
import { openWay } from '../../network/way.ts';
import { RtpHold } from '../rtp/hold.ts';
import type { Inlet, Opening } from './inlet.ts';

/** Socket time-outs, µs; the watchdog over frames is stricter and takes all else. Over TCP a stream may be held back for a third of a minute. */
const TIMEOUTS = { udp: '10000000', tcp: '60000000' };

/** RTSP: libav speaks it with the relay, which stands between it and the camera until the stream plays. */
export async function openRtsp({ shown, parts, opts, signal, opened }: Opening): Promise<Inlet> {
  const intake = createIntake(opts.gather);
  const { lookup, network, transport } = opts;
  const { socket, address } = await connectTo({ shown, ...parts }, { rules: network, purpose: 'camera', signal, ...(lookup && { lookup }) }, intake.onread);
  // libav takes its UDP sockets' family from the host that it speaks with
  const host = transport === 'udp' && isIPv6(address) ? '::1' : '127.0.0.1';
  let redirect: string | undefined;
  let hold: RtpHold | undefined;
  const playing = (session: RtspSession): RtpHold | undefined => {
    opened();
    hold = transport === 'tcp' ? holdOf(session) : undefined;
    return hold;
  };
  const peer = { shown, address, playing, redirected: (location: string) => void (redirect = location) };
  const way = await openWay(host, 1, (local, cut) => relayRtsp(local, socket, intake, peer, cut), () => socket.destroy());
  const login = parts.login === '' ? '' : `${parts.login}@`;
  const options = { rtsp_transport: transport, timeout: TIMEOUTS[transport], allowed_media_types: 'video', max_delay: '500000' };
  return {
    url: `rtsp://${login}${isIPv6(host) ? `[${host}]` : host}:${way.port}${parts.path}`,
    format: 'rtsp',
    // over UDP only from the address, and the port, that the answer to SETUP names: the relay sees to that
    options: transport === 'udp' ? { ...options, rtsp_flags: 'filter_src' } : { ...options, protocol_whitelist: 'tcp' },
    latency: 0,
    way,
    get hold() {
      return hold;
    },
    get redirect() {
      return redirect;
    },
  };
}

/** Of one stream, whose channel is known. */
function holdOf({ channels, timeout }: RtspSession): RtpHold | undefined {
  const [channel] = channels;
  return channel === undefined || channels.length > 1 ? undefined : new RtpHold(channel, (1000 * timeout) / 3);
}
