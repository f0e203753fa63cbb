import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Board } from './board.ts';
import type { Journal } from './historyDrain.ts';
import { historyPayload } from './historyPayload.ts';
import type { Topics } from './topics.ts';

/** In the log it is told so often, ms. */
const TELL = 60_000;

/** Puts on the board what of the history had to be given up, and tells the log now and then. Call it whenever that may have changed. */
export function lossNews(journal: Pick<Journal, 'historyLoss'>, topics: Topics, board: Board, log: Logger): () => void {
  let logged = journal.historyLoss().dropped;
  let loggedAt = -Infinity;
  let shown = 0;
  const tell = (): void => {
    const loss = journal.historyLoss();
    if (loss.dropped === shown) return;
    shown = loss.dropped;
    board.put(topics.history, JSON.stringify(historyPayload(loss, topics)));
    const now = performance.now();
    if (loss.dropped === logged || now - loggedAt < TELL) return;
    const error = new LookoutError('HISTORY_DROPPED', `${loss.dropped - logged} entries of the history waited too long for the broker and were given up.`);
    log.error({ code: error.code, dropped: loss.dropped }, error.message);
    [logged, loggedAt] = [loss.dropped, now];
  };
  tell();
  return tell;
}
