import { setTimeout as sleep } from 'node:timers/promises';
import { Subject } from 'rxjs';
import { DroppedWindows } from '../../src/daemon/gaps.ts';
import type { Backend } from '../../src/infer/backend.ts';
import { inferWindows } from '../../src/infer/schedule.ts';
import type { Coverage } from '../../src/record.ts';
import type { Frame, Window, WindowReason } from '../../src/values.ts';
import { overlap, uncovered } from './cameraSpans.ts';
import type { Span } from './cameraSpans.ts';
import type { Overload, Overloaded } from './overload.ts';
import { emptyAnswer } from './windows.ts';

/** Twenty busy cameras and four quiet ones before a model that first keeps up and then is ten times too slow; prints one line of JSON. */
const BUSY = 20;
const QUIET = 4;
const [WIDTH, HEIGHT] = [192, 128];
const plan = JSON.parse(process.argv[2] ?? '') as Overload;
/** ms of a second of the plan */
const SECOND = 1000 * plan.scale;
const LENGTH = 8 * SECOND;
/** ms between looks at what waits */
const LOOK = 5;
const collect = globalThis.gc;
if (!collect) throw new Error('node --expose-gc');

const source = new Subject<Window>();
const dropped = new DroppedWindows();
const coverage: Coverage[] = [];
const seen: Span[] = [];
const cut: Span[] = [];
/** last frames of the windows that are neither answered nor dropped, by id */
const open = new Map<string, number>();
const running = new Set<string>();
const counts = { windows: 0, answered: 0, dropped: 0, twice: 0, oldest: 0 };
let inferMs = 20;

const model: Backend = {
  name: 'slow',
  async events(window) {
    running.add(window.id);
    await sleep(inferMs);
    running.delete(window.id);
    return emptyAnswer(window);
  },
  score: () => Promise.resolve(0),
  ask: () => Promise.resolve(''),
};

function end(id: string): void {
  if (!open.delete(id)) counts.twice++;
}

const over = new Promise<void>((resolve) => {
  source
    .pipe(
      inferWindows({
        backend: () => model,
        lookFor: () => [],
        now: Date.now,
        maxAge: LENGTH,
        onDropped: (window, reason) => {
          end(window.id);
          counts.dropped++;
          coverage.push(...dropped.drop(window, reason, 'late'));
        },
      }),
    )
    .subscribe({
      next: (answer) => {
        end(answer.windowId);
        counts.answered++;
        seen.push({ camera: answer.camera, start: answer.from, end: answer.to });
        coverage.push(...dropped.answered(answer));
      },
      complete: resolve,
    });
});

/** Films: a picture every `period` seconds of the plan; every `hop` pictures those of the last window's length are cut. @returns what ends it */
function film(camera: string, period: number, hop: number, reason: WindowReason): () => void {
  const frames: Frame[] = [];
  let count = 0;
  const shoot = (): void => {
    const at = Date.now();
    const data = new Uint8Array(WIDTH * HEIGHT * 3).fill(at);
    frames.push({ camera, pts: at / 1000, at, uncertainty: 1, timeSource: 'arrival', width: WIDTH, height: HEIGHT, data });
    if (frames.length > 8 / period) frames.shift();
    if (++count % hop > 0 || frames.length < 8 / period) return;
    const window: Window = { id: `${camera}-${count}`, camera, frames: [...frames], reason, cutAt: at };
    counts.windows++;
    open.set(window.id, at);
    cut.push({ camera, start: window.frames[0]?.at ?? at, end: at });
    source.next(window);
  };
  const timer = setInterval(shoot, period * SECOND);
  return () => clearInterval(timer);
}

/** bytes of what is alive, and of the process */
async function memory(seconds: number): Promise<{ live: number[]; rss: number[] }> {
  const live: number[] = [];
  const rss: number[] = [];
  for (const until = Date.now() + seconds * SECOND; Date.now() < until; await sleep(Math.max(100, SECOND / 2))) {
    collect?.();
    const usage = process.memoryUsage();
    live.push(usage.heapUsed + usage.external);
    rss.push(usage.rss);
  }
  return { live, rss };
}

let looked = Date.now();
const look = (): void => {
  const now = Date.now();
  // a process that was held up for so long could not drop anything in that time
  const heldUp = Math.max(0, now - looked - LOOK);
  for (const [id, at] of open) if (!running.has(id)) counts.oldest = Math.max(counts.oldest, now - at - heldUp);
  looked = now;
};
// after the timers that are due
const watch = setInterval(() => setImmediate(look), LOOK);
const busy = Array.from({ length: BUSY }, (_, i) => film(`busy-${i}`, 0.5, 2, 'hop'));
const quiet = Array.from({ length: QUIET }, (_, i) => film(`quiet-${i}`, 2, 4, 'heartbeat'));
await memory(plan.warmUp);
const before = await memory(plan.warmUp);
inferMs = (10 * SECOND) / BUSY;
const answeredBefore = seen.length;
const under = await memory(plan.seconds);
const answeredUnder = seen.slice(answeredBefore);
for (const stop of [...busy, ...quiet]) stop();
source.complete();
await over;
clearInterval(watch);
coverage.push(...dropped.rest());

const looks = (prefix: string, number: number): number[] => Array.from({ length: number }, (_, i) => answeredUnder.filter((s) => s.camera === `${prefix}-${i}`).length);
const gaps = coverage.map((gap): Span => ({ camera: gap.camera, start: gap.start, end: gap.end ?? Infinity }));
const result: Overloaded = {
  ...counts, unended: open.size, length: LENGTH, before, under, answeredUnder: answeredUnder.length,
  looksBusy: looks('busy', BUSY), looksQuiet: looks('quiet', QUIET),
  gaps: gaps.length, unaccounted: uncovered(cut, [...seen, ...gaps]), seenGaps: overlap(gaps, seen),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
