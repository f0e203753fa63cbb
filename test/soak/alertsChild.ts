import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import { startPublisher } from '../../src/alerts/publisher.ts';
import { alert } from '../store/values.ts';

// The part of the daemon that alerts pass through, and that has to outlive kills: log, outbox, publisher. It commits alerts without
// end, each in all its phases, and says so: "c <id> <phase>" for each commit.
// argv: the log, the broker, alerts a second, what the ids begin with

const [, , path = '', url = '', rate = '50', run = ''] = process.argv;
const log = createLogger({ level: 'silent' });
const store = openStore({ path, retentionDays: 7 }, log);
const abort = new AbortController();
const out = startPublisher({ url, prefix: 'lookout', clientId: 'lookout-soak' }, store, abort.signal, log);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

let number = 0;
function commit(): void {
  const id = `${run}${number++}`;
  for (const phase of ['new', 'update', 'end'] as const) {
    store.putAlert(alert({ id, phase, text: `${phase} of ${id}` }));
    say(`c ${id} ${phase}`);
  }
  out.notify();
}

const timer = setInterval(commit, 1000 / Number(rate));
// Told to end, it makes no more, and goes once everything is delivered.
process.stdin.once('data', () => {
  clearInterval(timer);
  void out.flush(60_000).then(async (empty) => {
    abort.abort();
    await out.stopped;
    store.close();
    say(empty ? 'empty' : 'not empty');
    process.exit(0);
  });
});
