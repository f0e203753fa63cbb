import type { Coverage } from '../../src/record.ts';
import type { Filmed } from './filmed.ts';
import type { DaemonLog } from './logs.ts';
import type { Course } from './scenario.ts';
import { joined, type Span, within, without } from './spans.ts';

/** A gap that Coverage tells of beside what was truly not watched; differences are of Coverage less the truth, ms. */
export interface Compared {
  readonly camera: string;
  readonly truth: Span;
  /** as Coverage has it, from the first to the last if there are several; undefined: it has none */
  readonly told: Span | undefined;
  readonly gaps: number;
  readonly startOff: number;
  readonly endOff: number;
}

export interface Stretch extends Span {
  readonly camera: string;
}

export interface CoverageJudged {
  /** of the killed daemon's cameras: from the kill until there was a picture again */
  readonly killed: readonly Compared[];
  /** of cameras before which something moved that no answered window shows, since the engine was away */
  readonly engine: readonly Compared[];
  /** gaps that no trouble explains and no slow machine: those that began while the broker was away, or soon after it was back */
  readonly broker: readonly Coverage[];
  /** … those of other cameras that began while the daemon was away */
  readonly bystanders: readonly Coverage[];
  /** … and all of them */
  readonly other: readonly Coverage[];
  /** gaps that came of a machine that is too slow for so many cameras */
  readonly slow: readonly Coverage[];
  /**
   * stretches in which something moved that no answered window shows and Coverage does not tell of; longest first. A camera that has yet
   * to learn what its packets say sleeps through most of what moves, and a busy machine lets few learn at a time
   */
  readonly untold: readonly Stretch[];
  /** what of them fell into the time in which daemon or engine were away */
  readonly untoldOutage: readonly Stretch[];
  /** the same of what Coverage tells of though an answered window shows it; without what decoding skipped, which lies between the frames of a window */
  readonly overtold: readonly Stretch[];
}

/** Rows of one gap may come from several writers: they are one where they lie so close to one another, ms. */
const ONE = 1000;
/** What is left behind by an outage is over so long after it, ms. */
const AFTER = 15_000;
/** What was on its way to the model when its daemon was killed is told by nobody: a window takes so long until it is cut and answered, ms. */
const ON_THE_WAY = 4000;

export function judgeCoverage(logs: ReadonlyMap<string, DaemonLog>, filmed: Filmed, course: Course): CoverageJudged {
  const { watched, killed, engine, broker } = course;
  const rows = [...logs.values()].flatMap(({ coverage }) => coverage).filter((row) => (row.end ?? watched.end) > watched.start && row.start < watched.end);
  const of = (camera: string): Coverage[] => rows.filter((row) => row.camera === camera);
  const offline = ({ reason }: Coverage): boolean => reason === 'offline';
  const back = Math.max(killed.at, ...killed.again.values());
  const compared = {
    killed: [...killed.again].map(([camera, again]) => compare(camera, { start: killed.at, end: again }, overlapping(of(camera).filter(offline), { start: killed.at - AFTER, end: again + AFTER }))),
    engine: filmed.ids.flatMap((camera) => unseenFor(camera, logs, filmed, course).map((unseen) => comparedWithin(camera, unseen, overlapping(of(camera).filter((row) => !offline(row)), unseen.hole)))),
  };
  const begun = (row: Coverage, span: Span): boolean => row.start >= span.start && row.start < span.end;
  const explained = (row: Coverage): boolean => (killed.again.has(row.camera) && begun(row, { start: killed.at - AFTER, end: back + AFTER })) || overlaps(row, { start: engine.start - AFTER, end: engine.end + AFTER });
  // an engine that has no time is one that is too slow
  const slow = ({ reason, detail }: Coverage): boolean => reason === 'overloaded' || reason === 'dropped' || detail.startsWith('ENGINE_TIMEOUT');
  const unexplained = rows.filter((row) => !explained(row));
  const wrong = unexplained.filter((row) => !slow(row));
  return {
    ...compared,
    broker: wrong.filter((row) => begun(row, { start: broker.start, end: broker.end + AFTER })),
    bystanders: wrong.filter((row) => begun(row, { start: killed.at, end: back })),
    other: wrong,
    slow: unexplained.filter(slow),
    ...everywhere(logs, filmed, course, of),
  };
}

function overlaps({ start, end }: Pick<Coverage, 'start' | 'end'>, span: Span): boolean {
  return start < span.end && (end ?? Infinity) > span.start;
}

function overlapping(rows: readonly Coverage[], span: Span): Span[] {
  return joined(rows.filter((row) => overlaps(row, span)).map(({ start, end }) => ({ start, end: end ?? Infinity })), ONE);
}

function compare(camera: string, truth: Span, gaps: readonly Span[]): Compared {
  const told = hull(gaps);
  return { camera, truth, told, gaps: gaps.length, startOff: told ? told.start - truth.start : Number.NaN, endOff: told ? told.end - truth.end : Number.NaN };
}

/** From the beginning of the first to the end of the last: a scene that was still for a while leaves several. */
function hull(gaps: readonly Span[]): Span | undefined {
  const [first, last] = [gaps[0], gaps.at(-1)];
  return first && last && { start: first.start, end: last.end };
}

interface Unseen {
  /** between two answered windows, one from before the outage and one from after it */
  readonly hole: Span;
  /** from the first movement in it since the engine went to the last; what moved before was answered, if it was shown at all */
  readonly moved: Span;
}

/** What the engine's absence truly hid: no answered window holds it, and something moved there. */
function unseenFor(camera: string, logs: ReadonlyMap<string, DaemonLog>, filmed: Filmed, { engine, killed }: Course): Unseen[] {
  const looks = [...logs.values()].flatMap((log) => log.looks).filter((look) => look.camera === camera);
  const before = looks.filter(({ answeredAt }) => answeredAt < engine.end);
  const after = looks.filter(({ answeredAt }) => answeredAt >= engine.end);
  const hole = { start: Math.max(killed.again.get(camera) ?? 0, ...before.map(({ to }) => to)), end: Math.min(...after.map(({ from }) => from)) };
  if (!(hole.end > hole.start && hole.start > 0 && hole.end < Infinity)) return [];
  const moves = filmed.moved(camera, Math.max(hole.start, engine.start), hole.end);
  const [first, last] = [moves[0], moves.at(-1)];
  return first && last ? [{ hole, moved: { start: first.start, end: last.end } }] : [];
}

/** The gap begins somewhere from the hole's beginning to the first movement, and ends from the last movement to the hole's end: a still scene leaves open where. */
function comparedWithin(camera: string, { hole, moved }: Unseen, gaps: readonly Span[]): Compared {
  const told = hull(gaps);
  const outside = (value: number, from: number, to: number): number => (value < from ? value - from : value > to ? value - to : 0);
  return {
    camera, truth: hole, told, gaps: gaps.length,
    startOff: told ? outside(told.start, hole.start, moved.start) : Number.NaN,
    endOff: told ? outside(told.end, moved.end, hole.end) : Number.NaN,
  };
}

function everywhere(logs: ReadonlyMap<string, DaemonLog>, filmed: Filmed, { watched, killed, engine }: Course, of: (camera: string) => Coverage[]): Pick<CoverageJudged, 'untold' | 'untoldOutage' | 'overtold'> {
  const looks = [...logs.values()].flatMap((log) => log.looks);
  const [untold, overtold]: [Stretch[], Stretch[]] = [[], []];
  for (const camera of filmed.ids) {
    const mine = looks.filter((look) => look.camera === camera);
    const shown = joined(mine.map(({ from, to }) => ({ start: from, end: to })));
    const told = of(camera).map(({ start, end }) => ({ start, end: end ?? watched.end }));
    // windows on their way at the end are told of by nobody
    const frame = { start: watched.start, end: Math.min(watched.end - AFTER, shown.at(-1)?.end ?? 0) };
    const lost = killed.again.has(camera) ? [{ start: killed.at - ON_THE_WAY, end: killed.at }] : [];
    untold.push(...without(filmed.moved(camera, frame.start, frame.end), [...shown, ...told, ...lost]).map((span) => ({ camera, ...span })));
    const denied = of(camera).filter(({ reason }) => reason !== 'dropped').map(({ start, end }) => ({ start, end: end ?? watched.end }));
    overtold.push(...denied.flatMap((gap) => within(shown, gap)).map((span) => ({ camera, ...span })));
  }
  const away = (one: Stretch): Stretch[] => [engine, { start: killed.at, end: killed.again.get(one.camera) ?? 0 }].flatMap((span) => within([one], span).map((part) => ({ ...one, ...part })));
  return { untold: longestFirst(untold), untoldOutage: longestFirst(untold.flatMap(away)), overtold: longestFirst(overtold) };
}

function longestFirst(list: readonly Stretch[]): Stretch[] {
  return list.toSorted((a, b) => b.end - b.start - (a.end - a.start));
}
