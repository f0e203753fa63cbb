import type { ExplainLog } from '../explain/log.ts';

/** What is asked of the log in order to try a rule on the past; the store answers it. */
export type BacktestLog = Pick<ExplainLog, 'events' | 'coverage' | 'looks' | 'aliveAt'>;
