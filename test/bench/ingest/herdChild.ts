import { setMaxListeners } from 'node:events';
import { openCamera } from '../../../src/camera/camera.ts';
import type { CameraStream } from '../../../src/camera/camera.ts';
import { createLogger } from '../../../src/health/log.ts';
import { Secret } from '../../../src/secret.ts';
import { HERE, SAMPLE } from './bench.ts';
import type { CameraTally, FromHerd, ToHerd } from './herd.ts';

// A process that does nothing but watch cameras, so that what it costs can be told from what the benchmark itself does.

/** Samples of a delay that are held for each camera: two minutes of one a second, and of pictures looked at. */
const MOST = 4096;

const stop = new AbortController();
setMaxListeners(0, stop.signal);
const cameras = new Map<string, { stream: CameraStream; tally: Mutable }>();

type Mutable = { -readonly [K in keyof CameraTally]: CameraTally[K] } & { factsLate: number[]; lookedLate: number[] };

function open({ id, url, frameSize, gate }: Extract<ToHerd, { kind: 'open' }>['cameras'][number]): void {
  const stream = openCamera({ id, url: new Secret(url), frameSize, gate, sample: SAMPLE, network: HERE, tell: true }, stop.signal, createLogger({ level: 'error' }));
  const tally = emptyTally(id);
  cameras.set(id, { stream, tally });
  stream.status$.subscribe(({ state }) => {
    if (tally.state === 'online' && state === 'offline') tally.lost++;
    tally.state = state;
  });
  stream.skipped$.subscribe(() => tally.skipped++);
  stream.frames$.subscribe(() => tally.kept++);
  stream.looked$.subscribe(({ at }) => note(tally.lookedLate, Date.now() - at));
  stream.facts$.subscribe((facts) => {
    tally.first ??= facts;
    tally.last = facts;
    if (facts.until !== undefined) note(tally.factsLate, Date.now() - facts.until);
  });
}

function emptyTally(id: string): Mutable {
  return { id, pid: undefined, state: 'connecting', lost: 0, skipped: 0, kept: 0, first: undefined, last: undefined, factsLate: [], lookedLate: [] };
}

function note(into: number[], value: number): void {
  if (into.length < MOST) into.push(value);
}

process.on('message', (message: ToHerd) => {
  if (message.kind === 'open') message.cameras.forEach(open);
  else if (message.kind === 'reset') {
    for (const { tally } of cameras.values()) Object.assign(tally, { ...emptyTally(tally.id), state: tally.state });
  } else {
    const tallies = [...cameras.values()].map(({ stream, tally }) => ({ ...tally, pid: stream.childPid }));
    process.send?.({ kind: 'tally', id: message.id, cameras: tallies } satisfies FromHerd);
  }
});
process.on('disconnect', () => {
  stop.abort();
  // the cameras' processes are given the time that stopping takes at most
  setTimeout(() => process.exit(0), 2500).unref();
});
