import { pino } from 'pino';
import { Subject } from 'rxjs';
import { configSchema } from '../../src/config/schema.ts';
import { openModel, patienceOf } from '../../src/daemon/openModel.ts';
import { DroppedWindows } from '../../src/daemon/gaps.ts';
import { qwenBackend } from '../../src/infer/qwen.ts';
import { inferWindows } from '../../src/infer/schedule.ts';
import type { Coverage, CoverageReason } from '../../src/record.ts';
import type { Window } from '../../src/values.ts';
import { peerEngine } from '../peers/engine.ts';
import type { EngineManner } from '../peers/engine.ts';
import { overlap, uncovered } from '../infer/cameraSpans.ts';
import type { Span } from '../infer/cameraSpans.ts';
import { film, memory } from './outageCameras.ts';
import type { Outage, Outcome, Phase } from './outage.ts';

/** Cameras before engines that first keep up, then are ten times too slow or hang, alone and beside a good one; prints one line of JSON. */
const plan = JSON.parse(process.argv[2] ?? '') as Outage;
/** ms of a second of the plan */
const SECOND = 1000 * plan.scale;
const LENGTH = 8 * SECOND;
/** ms that an engine takes for a window, and of requests that it is given at a time */
const TAKES = (SECOND * 0.8) / plan.cameras;
const AT_ONCE = 2;
/** ms between looks at what waits */
const LOOK = 5;

const [good, bad] = [await peerEngine({ manner: { takes: [TAKES] } }), await peerEngine({ manner: { takes: [TAKES] } })];
const stop = new AbortController();
const warnings: string[] = [];
const log = pino({ level: 'warn', base: undefined }, { write: (line: string) => void (warnings.length < 200 && warnings.push(line)) });

interface Daemon {
  readonly source: Subject<Window>;
  readonly over: Promise<void>;
  close(): Promise<void>;
}

const config = configSchema.parse({
  model: { backend: 'openai' }, window: { length: LENGTH / 1000 },
  engine: {
    endpoints: (plan.other ? [bad, good] : [bad]).map(({ url }) => ({ url, kind: 'other' })),
    layout: 'video', pictures: 'png', at_once: AT_ONCE, timeout: Math.max(1.1, LENGTH / 2000),
  },
  cameras: [],
});
const model = openModel(config, stop.signal, log, { patient: true });
const backend = qwenBackend(model, { patience: patienceOf(config) });
await model.ready;

const dropped = new DroppedWindows();
const gaps: Coverage[] = [];
const seen: (Span & { readonly at: number })[] = [];
const cut: Span[] = [];
/** last frames of the windows that nobody has begun, and of those that are neither answered nor dropped */
const queued = new Map<string, number>();
const open = new Map<string, number>();
const counts = { windows: 0, answered: 0, dropped: 0, twice: 0, oldestQueued: 0, oldest: 0 };
const reasons: Partial<Record<CoverageReason, number>> = {};

function end(id: string): void {
  queued.delete(id);
  if (!open.delete(id)) counts.twice++;
}

function daemon(): Daemon {
  const source = new Subject<Window>();
  const over = new Promise<void>((resolve) => {
    source
      .pipe(
        inferWindows({
          backend: () => ({
            ...backend,
            events(window, lookFor, signal) {
              queued.delete(window.id);
              return backend.events(window, lookFor, signal);
            },
          }),
          lookFor: () => ['someone enters'],
          now: Date.now,
          concurrency: () => model.atOnce,
          maxAge: LENGTH,
          onDropped: (window, reason, error) => {
            end(window.id);
            counts.dropped++;
            reasons[reason] = (reasons[reason] ?? 0) + 1;
            gaps.push(...dropped.drop(window, reason, String(error)));
          },
        }),
      )
      .subscribe({
        next: (answer) => {
          end(answer.windowId);
          counts.answered++;
          seen.push({ camera: answer.camera, start: answer.from, end: answer.to, at: Date.now() });
          gaps.push(...dropped.answered(answer));
        },
        complete: resolve,
      });
  });
  return { source, over, close: () => model.close() };
}

const { source, over, close } = daemon();
const cameras = Array.from({ length: plan.cameras }, (_, i) =>
  film(`camera-${i}`, SECOND, (window) => {
    counts.windows++;
    open.set(window.id, window.cutAt);
    queued.set(window.id, window.cutAt);
    cut.push({ camera: window.camera, start: window.frames[0]?.at ?? 0, end: window.cutAt });
    source.next(window);
  }),
);

let looked = Date.now();
const look = (): void => {
  const now = Date.now();
  // a process that was held up for so long could not drop anything in that time
  const heldUp = Math.max(0, now - looked - LOOK);
  for (const at of queued.values()) counts.oldestQueued = Math.max(counts.oldestQueued, now - at - heldUp);
  for (const at of open.values()) counts.oldest = Math.max(counts.oldest, now - at - heldUp);
  looked = now;
};
const watch = setInterval(() => setImmediate(look), LOOK);

async function phase(name: string, manner: EngineManner, seconds: number): Promise<Phase> {
  await bad.behave(manner);
  const [from, began] = [Date.now(), (await good.counts()).answered];
  const kept = await memory(seconds * SECOND);
  return { name, from, to: Date.now(), ...kept, answered: seen.filter(({ at }) => at >= from).length, byTheOther: (await good.counts()).answered - began };
}

const quick = { takes: [TAKES] } as const;
await phase('warm', quick, plan.warmUp / 2);
// the first error has a stack, for which the sources' maps are read once and kept
await phase('fails', { fault: 'status', status: 500 }, plan.warmUp / 4);
await phase('warm again', quick, plan.warmUp);
const before = await phase('before', quick, plan.warmUp);
const phases = [
  await phase('ten times too slow', { takes: [10 * TAKES] }, plan.seconds),
  await phase('hangs', { fault: 'hang' }, plan.seconds),
];
const after = await phase('after', quick, plan.warmUp);
for (const leave of cameras) leave();
source.complete();
await over;
clearInterval(watch);
gaps.push(...dropped.rest());
const { mostAtOnce } = await bad.counts();
stop.abort();
await close();
await Promise.all([good.kill(), bad.kill()]);

function outageOf(hung: Phase | undefined): number {
  const all = cameras.map((_, i): Span => ({ camera: `camera-${i}`, start: hung?.from ?? 0, end: hung?.to ?? 0 }));
  return all.reduce((sum, { start, end: last }) => sum + last - start, 0) - uncovered(all, spans);
}

const spans = gaps.map((gap): Span => ({ camera: gap.camera, start: gap.start, end: gap.end ?? Infinity }));
const outcome: Outcome = {
  ...counts, unended: open.size, length: LENGTH, timeout: config.engine.timeout * 1000, reasons, mostAtOnce, before, phases, after, warnings: warnings.length, listed: warnings.slice(0, 8),
  unaccounted: uncovered(cut, [...seen, ...spans]), seenGaps: overlap(spans, seen),
  hanging: outageOf(phases[1]),
};
process.stdout.write(`${JSON.stringify(outcome)}\n`);
