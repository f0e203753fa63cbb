import { isIPv6 } from 'node:net';
import { connectTo } from '../../network/connect.ts';
import { createIntake, pipeBoth, tie } from '../../network/pipe.ts';
import { openWay } from '../../network/way.ts';
import type { Parts } from '../address.ts';
import type { Inlet, Opening } from './inlet.ts';

const TIMEOUT = '10000000';
/** RTMP's authentication asks twice, each time over a new connection; only who has a login is asked. */
const TRIES = 3;

/** RTMP knows no redirects that libav would follow: bytes go to and fro. */
export async function openRtmp({ shown, parts, opts, signal, living }: Opening): Promise<Inlet> {
  const reach = { rules: opts.network, purpose: 'camera' as const, ...(opts.lookup && { lookup: opts.lookup }) };
  const first = createIntake(opts.gather);
  const { socket, address } = await connectTo({ shown, ...parts }, { ...reach, signal }, first.onread);
  let fresh: typeof socket | undefined = socket;
  const way = await openWay('127.0.0.1', parts.login === '' ? 1 : TRIES, async (local) => {
    let [intake, remote] = [first, fresh];
    fresh = undefined;
    if (!remote) {
      intake = createIntake(opts.gather);
      // the address that was found at first, whatever the name resolves to by now
      remote = (await connectTo({ shown, ...parts }, { ...reach, signal: living, lookup: () => Promise.resolve([address]) }, intake.onread)).socket;
    }
    pipeBoth(local, remote, intake);
    tie(local, remote);
  }, () => fresh?.destroy());
  const login = parts.login === '' ? '' : `${parts.login}@`;
  return {
    url: `rtmp://${login}127.0.0.1:${way.port}${parts.path}`,
    format: 'flv',
    options: { rw_timeout: TIMEOUT, rtmp_live: 'live', rtmp_tcurl: applicationUrl(parts) },
    latency: 0,
    way,
  };
}

/** What the camera's server is told it was called by: its own address up to the application, which libav finds in the same way. */
function applicationUrl({ host, port, secure, path }: Parts): string {
  const [, app = '', instance, name] = /^\/([^/?]*)(?:\/([^/:?]*)(?:\/(.*))?)?/.exec(path) ?? [];
  const place = isIPv6(host) ? `[${host}]` : host;
  return `rtmp${secure ? 's' : ''}://${place}:${port}/${app}${name === undefined ? '' : `/${instance}`}`;
}
