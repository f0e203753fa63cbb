import type { Socket } from 'node:net';
import type { Clip } from './accessUnits.ts';
import { challenge } from './authentication.ts';
import type { Destination } from './outlet.ts';
import { PAYLOAD_TYPE } from './packetise.ts';
import { createRequestReader, response } from './rtspMessage.ts';
import type { RtspRequest } from './rtspMessage.ts';
import type { SimulatedCamera } from './simulatedCamera.ts';

const SESSION = '5e5510';
const TRACK = 'trackID=0';

/** Serves one client until it goes. @param udpPort the even one of the two that UDP packets come from */
export function serveClient(socket: Socket, find: (path: string) => SimulatedCamera | undefined, udpPort: number): void {
  const reader = createRequestReader();
  let watched: { camera: SimulatedCamera; to: Destination } | undefined;

  const answer = (request: RtspRequest): string | undefined => {
    if (request.method === 'OPTIONS') return response(request, 200, { Public: 'OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, TEARDOWN' });
    const camera = find(pathOf(request.url));
    if (!camera) return response(request, 404);
    const { state, redirect, auth } = camera.settings;
    if (state === 'refusing') return void socket.destroy();
    if (state === 'stalled') return undefined;
    const demand = challenge(request, auth);
    if (demand) return response(request, 401, { 'WWW-Authenticate': demand });
    if (request.method === 'DESCRIBE') {
      if (redirect) return response(request, 302, { Location: redirect });
      return response(request, 200, { 'Content-Type': 'application/sdp', 'Content-Base': `${bare(request.url)}/` }, describe(camera.clip, camera.settings.fps));
    }
    if (request.method === 'SETUP') {
      const to = destination(request.headers.get('transport') ?? '', socket);
      if (!to) return response(request, 461);
      watched = { camera, to };
      return response(request, 200, { Session: `${SESSION};timeout=60`, Transport: transportLine(to, udpPort) });
    }
    if (request.method === 'GET_PARAMETER') return response(request, 200, { Session: SESSION });
    if (request.method === 'PAUSE' || request.method === 'TEARDOWN') {
      watched?.camera.pause(socket);
      if (request.method === 'TEARDOWN') watched = undefined;
      return response(request, 200, { Session: SESSION });
    }
    if (request.method !== 'PLAY') return response(request, 501);
    if (!watched) return response(request, 454);
    return play(request, watched);
  };
  const play = (request: RtspRequest, { camera, to }: { camera: SimulatedCamera; to: Destination }): undefined => {
    camera.play(socket, to, ({ sequence, timestamp }) => {
      const info = `url=${bare(request.url)}/${TRACK};seq=${sequence};rtptime=${timestamp}`;
      socket.write(response(request, 200, { Session: SESSION, Range: 'npt=now-', 'RTP-Info': info }));
    });
  };

  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('close', () => watched?.camera.pause(socket));
  socket.on('data', (bytes) => {
    try {
      for (const request of reader.take(bytes)) {
        const text = answer(request);
        if (text) socket.write(text);
      }
    } catch {
      // whoever speaks no RTSP is no client
      socket.destroy();
    }
  });
}

function bare(url: string): string {
  return url.replace(/\/$/, '').replace(`/${TRACK}`, '');
}

function pathOf(url: string): string {
  return bare(url.replace(/\?[^/]*/, '')).replace(/^rtsps?:\/\/[^/]*\/?/, '');
}

function destination(transport: string, socket: Socket): Destination | undefined {
  const tcp = /interleaved=(\d+)-(\d+)/.exec(transport);
  if (tcp) return { kind: 'tcp', rtp: Number(tcp[1]), rtcp: Number(tcp[2]) };
  const udp = /client_port=(\d+)-(\d+)/.exec(transport);
  if (!udp || /RTP\/AVP\/TCP/.test(transport)) return undefined;
  return { kind: 'udp', host: socket.remoteAddress?.replace('::ffff:', '') ?? '127.0.0.1', rtp: Number(udp[1]), rtcp: Number(udp[2]) };
}

function transportLine(to: Destination, udpPort: number): string {
  const ports = `${to.rtp}-${to.rtcp}`;
  return to.kind === 'tcp' ? `RTP/AVP/TCP;unicast;interleaved=${ports}` : `RTP/AVP;unicast;client_port=${ports};server_port=${udpPort}-${udpPort + 1}`;
}

/** SDP with the parameter sets: RFC 6184 8.2, RFC 7798 7.1. */
function describe(clip: Clip, fps: number): string {
  const base64 = clip.parameters.map((nal) => nal.toString('base64'));
  const profile = clip.parameters[0]?.subarray(1, 4).toString('hex');
  const sets = clip.codec === 'h264'
    ? `packetization-mode=1;profile-level-id=${profile};sprop-parameter-sets=${base64.join(',')}`
    : `sprop-vps=${base64[0]};sprop-sps=${base64[1]};sprop-pps=${base64[2]}`;
  return [
    'v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=camera', 'c=IN IP4 0.0.0.0', 't=0 0', 'a=control:*', 'a=range:npt=now-', `m=video 0 RTP/AVP ${PAYLOAD_TYPE}`,
    `a=rtpmap:${PAYLOAD_TYPE} ${clip.codec === 'h264' ? 'H264' : 'H265'}/90000`, `a=fmtp:${PAYLOAD_TYPE} ${sets}`, `a=framerate:${fps}`, `a=control:${TRACK}`, '',
  ].join('\r\n');
}
