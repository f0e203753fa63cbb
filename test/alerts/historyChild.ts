import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import { startPublisher } from '../../src/alerts/publisher.ts';
import { alert, event } from '../store/values.ts';

// The part of the daemon that its history passes through: log, journal, publisher. It writes events, gaps and now and then an alert
// without end. Told to end, it delivers what waits.
// argv: the log, the broker, what the ids begin with

const [, , path = '', url = '', run = ''] = process.argv;
const log = createLogger({ level: 'silent' });
const store = openStore({ path, retentionDays: 0, history: { rows: 100_000, age: 3_600_000 } }, log);
const abort = new AbortController();
const out = startPublisher({ url, prefix: 'lookout', clientId: 'lookout-history', shard: { index: 1, of: 2 }, history: store }, store, abort.signal, log);

// What the last life left open ends now.
store.closeGap('hall', Date.now());
let number = 0;
function write(): void {
  const id = `${run}${number++}`;
  store.putEvent(event({ id, start: Date.now(), end: Date.now() + 5 }));
  store.putEvent(event({ id, phase: 'end', start: Date.now(), end: Date.now() + 9 }));
  if (number % 3 === 0) store.openGap('hall', 'offline', id, Date.now());
  if (number % 3 === 1) store.closeGap('hall', Date.now());
  if (number % 10 === 0) {
    store.putAlert(alert({ id }));
    out.notify();
  }
}

const timer = setInterval(write, 15);
process.stdin.once('data', () => {
  clearInterval(timer);
  store.flush();
  void out.flush(30_000).then(async (empty) => {
    abort.abort();
    await out.stopped;
    store.close();
    process.stdout.write(empty ? 'empty\n' : 'not empty\n');
    process.exit(0);
  });
});
