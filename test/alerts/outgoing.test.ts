import { expect, it } from 'vitest';
import { board } from '../../src/alerts/board.ts';
import { outgoing } from '../../src/alerts/outgoing.ts';
import { topics } from '../../src/alerts/topics.ts';
import { LookoutError } from '../../src/errors.ts';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';

it('a log that cannot be read at the moment ends nothing', () => {
  const log = createLogger({ level: 'silent' });
  const store = openStore({ path: ':memory:', retentionDays: 0, history: { rows: 100, age: 1000 } }, log);
  let isFailing = false;
  let hear = (): void => undefined;
  const history = {
    ...store,
    historyLoss: () => {
      if (isFailing) throw new LookoutError('STORE_WRITE', 'The disk is away.');
      return store.historyLoss();
    },
    onHistory: (listener: () => void) => (hear = listener),
  };
  outgoing(store, { topics: topics('lookout'), settle: 0, history, expiry: {}, board: board() }, log);
  isFailing = true;
  expect(hear).not.toThrow();
  store.close();
});
