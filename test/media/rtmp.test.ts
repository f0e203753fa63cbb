import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { startRtmpServer } from '../../src/ingest/rtmp/server.ts';
import type { RtmpServer } from '../../src/ingest/rtmp/server.ts';
import { createMediaKeeper } from '../../src/media/keeper.ts';
import { Secret } from '../../src/secret.ts';
import { readBars } from '../ingest/barcode.ts';
import { endProcess, publishBars } from '../ingest/peers.ts';
import { TOLERANCE, watch } from '../ingest/watch.ts';
import type { Watched } from '../ingest/watch.ts';
import { alert } from '../store/values.ts';
import { ffprobe, pictures } from './recorded.ts';

const KEY = new Secret('k-1a2b3c4d5e6f');
/** what a camera does: two B-frames, no look at the future */
const CAMERA = ['-preset', 'veryfast', '-bf', '2', '-threads', '1', '-x264-params', 'b-adapt=0:scenecut=0:rc-lookahead=0:sync-lookahead=0:mbtree=0'];

describe('a camera that pushes RTMP', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-rtmp-media-'));
  const abort = new AbortController();
  const log = createLogger({ level: 'silent' });
  let server: RtmpServer;
  let publisher: ChildProcess | undefined;
  let watched: Watched;

  beforeAll(async () => {
    server = await startRtmpServer({ port: 0, keys: [KEY] }, abort.signal, log);
    watched = watch(server.url(KEY).reveal(), abort.signal, { record: { seconds: 30, mb: 32, before: 5 } });
    publisher = publishBars(server.url(KEY).reveal(), CAMERA);
    await watched.more(40);
  }, 120_000);
  afterAll(async () => {
    await endProcess(publisher);
    abort.abort();
    await server.child.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has the picture and the clip of an alert', async () => {
    const keeper = createMediaKeeper({ folder, camera: () => watched.camera, log, now: Date.now, before: 1, after: 1 });
    const start = Date.now() - 2000;
    const happened = alert({ start, end: start + 500, happenedAt: start, detectedAt: Date.now() });
    const { snapshot } = await keeper.keep(happened);
    const [picture] = await pictures(join(folder, snapshot ?? ''), 384, 256);
    const at = start + 250;
    expect(Math.abs(readBars(picture ?? expect.fail(), at) - at)).toBeLessThan(TOLERANCE);

    const end = Date.now();
    const { clip } = await keeper.finish({ ...happened, phase: 'end', end });
    const file = join(folder, clip ?? '');
    const probed = await ffprobe(file);
    const shown = await pictures(file, 384, 256);
    const began = Date.parse(probed.tags.comment?.slice('from '.length) ?? '');
    expect(began).toBeLessThanOrEqual(start - 1000 + TOLERANCE);
    expect(began + (probed.times.at(-1) ?? 0)).toBeGreaterThan(end - TOLERANCE);
    expect(shown).toHaveLength(probed.times.length);
    const errors = shown.map((one, i) => readBars(one, began) - began - (probed.times[i] ?? 0)).toSorted((a, b) => Math.abs(a) - Math.abs(b));
    expect(Math.abs(errors[errors.length >> 1] ?? Infinity)).toBeLessThan(TOLERANCE);
    // each picture once, in order
    const truth = shown.map((one) => readBars(one, began));
    truth.slice(1).forEach((time, i) => expect(time).toBeGreaterThan(truth[i] ?? 0));
  });
});
