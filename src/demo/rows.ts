import { judge, type JudgedAlert, type Known } from './scoreboard.ts';

/** One line of the timeline: something that happened, or that was logged without having happened. Times are wall clock, ms. */
export interface Row {
  /** stays the same while the row's other parts become known */
  readonly key: string;
  readonly at: number;
  readonly text: string;
  /** waiting: it has just happened, and may still be logged */
  readonly state: 'waiting' | 'found' | 'missed' | 'spurious';
  /** logged start − true start, ms */
  readonly error: number | null;
  /** ids of rules it should alert */
  readonly expects: readonly string[];
  readonly alerts: readonly { readonly rule: string; readonly verdict: JudgedAlert['verdict']; /** since the true start, ms */ readonly delay: number }[];
}

/** What has not been logged so long after its end is called missed, ms. */
const PATIENCE = 8000;

/** The timeline at `now`: happenings that have begun, and log entries that are nobody's, by time. */
export function timeline(evidence: Known, now: number): Row[] {
  const { story, logged } = evidence;
  const { entries, alerts } = judge(evidence);
  const rows = story.flatMap((happening, index): Row[] => {
    if (happening.start > now) return [];
    const entry = logged[entries[index] ?? -1];
    const state = entry ? 'found' : now - happening.end > PATIENCE ? 'missed' : 'waiting';
    const known = { key: `happening ${index}`, at: happening.start, text: happening.text, expects: happening.rules };
    const own = alerts.filter((a) => a.happening === index).map((a) => told(a, happening.start));
    return [{ ...known, state, error: entry ? entry.start - happening.start : null, alerts: own }];
  });
  const strays = logged.flatMap((event, index): Row[] => {
    if (entries.includes(index)) return [];
    const own = alerts.filter((a) => a.happening < 0 && a.alert.eventId === event.id);
    return [{ key: `event ${event.id}`, at: event.start, text: event.text, state: 'spurious', error: null, expects: [], alerts: own.map((a) => told(a, event.start)) }];
  });
  return [...rows, ...strays].sort((a, b) => a.at - b.at);
}

function told(judged: JudgedAlert, since: number): Row['alerts'][number] {
  return { rule: judged.alert.rule, verdict: judged.verdict, delay: judged.alert.at - since };
}
