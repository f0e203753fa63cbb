import { computed, signal } from '@preact/signals';
import type { AlertOut } from '../../api/schemas/alerts.ts';
import type { CoverageOut } from '../../api/schemas/coverage.ts';
import type { EventOut } from '../../api/schemas/events.ts';
import type { LookOut } from '../../api/schemas/looks.ts';
import { get } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { asProblem } from '../ui/problem.tsx';
import { gapsOf } from './gaps.ts';
import type { Bar } from './layers.ts';
import { presentMoment } from './present.ts';
import type { Page } from './pages.ts';
import { recordedIn } from './recorded.ts';
import { openShelf } from './shelf.ts';
import { lengthOf, widened } from './span.ts';
import type { Span } from './span.ts';

const PAGE = 1000;
/** As many of each kind are held, and pages read at once. */
const HELD = { most: 6000, pages: 4 };
/** Looks are read while no more than this is in view, ms: there is about one a second. */
const LOOKS_UP_TO = 2 * 3_600_000;
/** Rest after the last movement before something is asked for, ms; while it goes on moving, this often. */
const REST = 140;
const OFTEN = 2_000;
/** Gaps and recordings are no more read again within so long, ms: the feed tells of gaps. */
const FRESH = 5_000;

const within = ({ from, to }: Span): Record<string, string | number> => ({ since: Math.floor(from), until: Math.ceil(to) });
const asker = <T>(path: string) => (range: Span, stop: AbortSignal): Promise<Page<T>> => get<Page<T>>(path, { ...within(range), limit: PAGE, order: 'desc' }, stop);

export const events = openShelf<EventOut>({ ...HELD, ask: asker('/v1/events'), idOf: ({ id }) => id, startOf: (one) => one.start_ms });
export const alerts = openShelf<AlertOut>({ ...HELD, ask: asker('/v1/alerts'), idOf: ({ id }) => id, startOf: (one) => one.happened_at_ms });
export const looks = openShelf<LookOut>({ ...HELD, ask: asker('/v1/looks'), idOf: (one) => one.window_id, startOf: (one) => one.from_ms });

/** Times around the view that nobody watched, and since when there is anything. */
export const coverage = signal<Pick<CoverageOut, 'items' | 'known'>>({ items: [], known: [] });
export const gaps = computed(() => gapsOf(coverage.value.items, presentMoment.value));
export const recordings = signal<readonly Bar[]>([]);

/** Something is on its way; what went wrong with it; before when not everything in view is there. */
export const reading = signal(false);
export const problem = signal<Problem | null>(null);
export const thinBefore = signal<number | null>(null);

let view: Span = { from: 0, to: 0 };
let waiting: ReturnType<typeof setTimeout> | undefined;
let again = false;
let lastRead = 0;
let around: Span & { readonly at: number } = { from: 0, to: 0, at: 0 };

export const viewed = (): Span => view;

/** Says what is looked at; what is missing is asked for when the view rests. */
export function lookAt(to: Span): void {
  view = to;
  thinBefore.value = events.thinBefore(to);
  clearTimeout(waiting);
  waiting = setTimeout(() => void read(), Math.min(REST, Math.max(0, lastRead + OFTEN - Date.now())));
}

/** Asks for everything in view anew. */
export function readAgain(): void {
  for (const shelf of [events, alerts, looks]) shelf.stale();
  around = { ...around, at: 0 };
  if (view.to > 0) void read();
}

/** One reading at a time: what is wanted meanwhile is read after it. */
async function read(): Promise<void> {
  again = true;
  lastRead = Date.now();
  if (reading.value) return;
  reading.value = true;
  try {
    while (again) {
      again = false;
      await readOnce(view, AbortSignal.timeout(60_000));
      problem.value = null;
    }
  } catch (error) {
    problem.value = error instanceof DOMException ? new Problem(0, 'UNREACHABLE', t().shell.problem.unreachable, t().shell.problem.unreachableRemedy) : asProblem(error);
  } finally {
    reading.value = false;
    thinBefore.value = events.thinBefore(view);
  }
}

async function readOnce(at: Span, stop: AbortSignal): Promise<void> {
  await Promise.all([
    events.read(at, stop), alerts.read(at, stop), lengthOf(at) <= LOOKS_UP_TO ? looks.read(at, stop) : undefined, readAround(at, stop),
  ]);
}

/** Gaps and recordings, of thrice the view. */
async function readAround(at: Span, stop: AbortSignal): Promise<void> {
  if (around.from <= at.from && around.to >= at.to && Date.now() - around.at < FRESH) return;
  const near = widened(at, 1);
  const [{ items, known }, bars] = await Promise.all([get<CoverageOut>('/v1/coverage', { ...within(near), limit: PAGE, order: 'desc' }, stop), recordedIn(near, stop)]);
  coverage.value = { items, known };
  recordings.value = bars;
  around = { ...near, at: Date.now() };
}
