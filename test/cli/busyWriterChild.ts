import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import { alert, event } from '../store/values.ts';

// Holds the log as the daemon does, and writes to it as fast as it can, until its stdin ends. Says on stdout what it wrote.

const path = process.argv[2] ?? '';
const store = openStore({ path, retentionDays: 0 }, createLogger({ level: 'silent' }));
let written = 0;
let over = false;

function write(): void {
  if (over) {
    store.close();
    process.stdout.write(`${written}\n`);
    return;
  }
  const now = Date.now();
  for (let i = 0; i < 20; i++) store.putEvent(event({ id: `busy-event-${written}-${i}`, start: now, end: now }));
  store.putAlert(alert({ id: `busy-alert-${written}`, happenedAt: now }));
  written++;
  setTimeout(write, 1);
}

process.stdin.on('end', () => (over = true)).resume();
process.stdout.write('writing\n');
write();
