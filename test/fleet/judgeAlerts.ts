import { percentile } from '../../src/demo/scoreboard.ts';
import type { Consumer } from './consumer.ts';
import type { Filmed, Happening } from './filmed.ts';
import type { DaemonLog } from './logs.ts';
import type { Course } from './scenario.ts';

/** What a rule of the fleet truly asks for. */
const ASKS: Readonly<Record<string, Happening['kind']>> = { phone: 'picks_up_phone', seat: 'sits_down', fall: 'falls' };
/** Within how much of a happening's start an alert tells of it, ms. */
const TOLERANCE = 1500;

export interface AlertsJudged {
  /** alerts in their phases that were committed */
  readonly committed: number;
  readonly accepted: number;
  /** committed, and never accepted: `<id> <phase>` */
  readonly lost: readonly string[];
  /** accepted, and in no log */
  readonly unknown: readonly string[];
  /** committed, and accepted in an older wording only */
  readonly stale: readonly string[];
  /** not acknowledged at the end */
  readonly waiting: number;
  /** happenings that a rule asks for while all were watched, and those that were alerted */
  readonly due: number;
  readonly alerted: number;
  /** alerts of one happening and rule beyond the first */
  readonly twice: readonly string[];
  /** alerts that tell of nothing that happened */
  readonly spurious: number;
  /** from the true start to the arrival of the first message, while all was quiet, ms */
  readonly latencies: readonly number[];
}

export function judgeAlerts(logs: readonly DaemonLog[], consumer: Consumer, filmed: Filmed, course: Course): AlertsJudged {
  const rows = logs.flatMap(({ alerts }) => alerts);
  const keys = new Set(rows.map(({ id, phase }) => `${id} ${phase}`));
  const stale = rows.filter((row) => {
    const told = consumer.accepted.get(`${row.id} ${row.phase}`)?.alert;
    // pictures are noted with every phase, and told with the newest
    return told && (told.start_ms !== row.start || told.end_ms !== row.end || told.event !== row.text);
  });
  return {
    committed: rows.length,
    accepted: consumer.accepted.size,
    lost: [...keys].filter((key) => !consumer.accepted.has(key)),
    unknown: [...consumer.accepted.keys()].filter((key) => !keys.has(key)),
    stale: stale.map(({ id, phase }) => `${id} ${phase}`),
    waiting: logs.reduce((sum, { waiting }) => sum + waiting, 0),
    ...comparedWithTruth(logs, consumer, filmed, course),
  };
}

function comparedWithTruth(logs: readonly DaemonLog[], consumer: Consumer, filmed: Filmed, { watched, quiet }: Course): Pick<AlertsJudged, 'due' | 'alerted' | 'twice' | 'spurious' | 'latencies'> {
  const happened = filmed.ids.flatMap((camera) => filmed.happened(camera, watched.start - 60_000, watched.end));
  const retracted = new Set(logs.flatMap(({ alerts }) => alerts.filter(({ phase }) => phase === 'retracted').map(({ id }) => id)));
  const told = new Map<string, string[]>();
  const latencies: number[] = [];
  let spurious = 0;
  for (const { alert, at } of consumer.accepted.values()) {
    if (alert.phase !== 'new' || retracted.has(alert.id)) continue;
    const about = nearest(happened, alert.camera, ASKS[alert.rule], alert.start_ms);
    if (!about) {
      spurious += 1;
      continue;
    }
    const key = `${alert.camera} ${alert.rule} ${new Date(about.start).toISOString()}`;
    if (about.start < watched.start) continue;
    told.set(key, [...(told.get(key) ?? []), alert.id]);
    if (about.start >= quiet.start && at < quiet.end) latencies.push(at - about.start);
  }
  const due = happened.filter(({ kind, start }) => Object.values(ASKS).includes(kind) && start >= watched.start);
  return {
    due: due.length,
    alerted: told.size,
    twice: [...told].filter(([, ids]) => ids.length > 1).map(([key, ids]) => `${key}: ${ids.join(', ')}`),
    spurious,
    latencies: latencies.sort((a, b) => a - b),
  };
}

function nearest(happened: readonly Happening[], camera: string, kind: Happening['kind'] | undefined, start: number): Happening | undefined {
  const near = happened.filter((one) => one.camera === camera && one.kind === kind && start >= one.start - TOLERANCE && start <= one.end + TOLERANCE);
  return near.toSorted((a, b) => Math.abs(a.start - start) - Math.abs(b.start - start))[0];
}

/** "1.2 s", or "none". */
export function secondsOf(values: readonly number[], share: number): string {
  const value = percentile(values, share);
  return value === null ? 'none' : `${(value / 1000).toFixed(1)} s`;
}
