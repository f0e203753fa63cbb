import type { Consumer, Told } from './consumer.ts';
import type { DaemonLog } from './logs.ts';

export interface HistoryJudged {
  /** events and gaps that stand in the logs */
  readonly written: number;
  /** those that MQTT has not told of, or not as they stand there in the end */
  readonly missing: readonly string[];
}

/** Whether a store that is fed by MQTT alone would hold what the logs hold. */
export function judgeHistory(logs: readonly DaemonLog[], { history }: Consumer): HistoryJudged {
  const entries = logs.flatMap(({ events, gaps }) => [...events.map(({ id, start, end, phase }) => ({ id, start, end, phase })), ...gaps.map(({ id, start, end }) => ({ id, start, end, phase: undefined }))]);
  const same = (told: Told | undefined, one: (typeof entries)[number]): boolean =>
    told !== undefined && told.start_ms === one.start && told.end_ms === one.end && (one.phase === undefined || told.phase === one.phase);
  return {
    written: entries.length,
    missing: entries.filter((one) => !same(history.get(one.id), one)).map(({ id, phase }) => `${phase === undefined ? 'gap' : 'event'} ${id}`),
  };
}
