import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openCamera } from '../../src/camera/camera.ts';
import type { CameraStream } from '../../src/camera/camera.ts';
import type { StreamFacts } from '../../src/camera/facts.ts';
import { createLogger } from '../../src/health/log.ts';
import { recordOf } from '../../src/media/record.ts';
import { Secret } from '../../src/secret.ts';
import { startSimulator } from '../peers/simulator.ts';
import { clipFolder, wait } from './ingest/bench.ts';
import type { Bench } from './ingest/bench.ts';
import { busyClip, idleClip } from './ingest/clips.ts';

/**
 * `tsx test/bench/recording.ts [--settle s] [--seconds s] [--json]`: what it costs a camera's process to remember its last packets for pictures
 * and clips (1080p25 over RTSP, a still scene and a busy one), beside the same camera without, at the same time. Asserts nothing.
 */
const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { settle: text, seconds: text, json: { type: 'boolean' } } });
const [settle, seconds] = [Number(values.settle ?? 150), Number(values.seconds ?? 120)];
const abort = new AbortController();
const bench: Bench = { signal: abort.signal, folder: clipFolder(), seconds, cameras: 1, footage: undefined, say: (line) => void process.stderr.write(`${line}\n`), defer: () => undefined };
const record = recordOf({ snapshots: true, clips: true, before: 5 });

interface Watched {
  readonly name: string;
  readonly camera: CameraStream;
  first?: StreamFacts;
  last?: StreamFacts;
}

const simulator = await startSimulator();
const watched: Watched[] = [];
for (const [path, clip] of [['still', await idleClip(bench)], ['busy', await busyClip(bench)]] as const) {
  await simulator.tell(path, { clip: clip.file, fps: clip.fps });
  for (const remembers of [false, true]) {
    const camera = openCamera(
      {
        id: `${path}-${remembers}`, url: new Secret(simulator.url(path)), frameSize: { minPixels: 1024, maxPixels: 98_304 }, network: { allow: ['127.0.0.1'], tls: 'verify' },
        sample: { frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 2 }, ...(remembers ? { record } : {}),
      },
      abort.signal,
      createLogger({ level: 'warn' }),
    );
    const one: Watched = { name: `${path}, ${remembers ? 'remembering' : 'not'}`, camera };
    camera.facts$.subscribe((facts) => (one.last = facts));
    watched.push(one);
  }
}
await wait(settle, bench);
for (const one of watched) if (one.last) one.first = one.last;
await wait(seconds, bench);
const rows = watched.map(({ name, first, last }) => {
  const took = (last?.observed ?? 0) - (first?.observed ?? 0);
  return { name, ms_per_s: (1000 * ((last?.cpu ?? 0) - (first?.cpu ?? 0))) / took, memory_mb: last?.memory ?? 0 };
});
console.log(`load ${readFileSync('/proc/loadavg', 'utf8').trim()}`);
for (const { name, ms_per_s: ms, memory_mb: mb } of rows) console.log(`${name}: ${ms.toFixed(2)} ms of processor a second, ${mb.toFixed(0)} MB`);
if (values.json) console.log(JSON.stringify(Object.fromEntries(rows.map(({ name, ...row }) => [name, row]))));
abort.abort();
await Promise.all([...watched.map(({ camera }) => new Promise<void>((resolve) => camera.status$.subscribe({ complete: resolve }))), simulator.stop()]);
process.exit();
