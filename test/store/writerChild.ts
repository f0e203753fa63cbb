import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import { alert, decision, event, NOON } from './values.ts';

/**
 * A writer in a process of its own: <file> <what>. `endless` writes on from what is there, until it is killed, and says each alert;
 * `full` writes until the disk is full, says what could not be written and what is there, and goes on at SIGUSR2.
 */
const [path = '', what = ''] = process.argv.slice(2);
const store = openStore({ path, retentionDays: 7 }, createLogger({ level: 'silent' }));
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function endless(): Promise<void> {
  const first = store.events({ limit: 1 })[0]?.sightings ?? 0;
  for (let i = first + 1; ; i++) {
    store.putEvent(event({ id: `e${i}`, start: NOON + i, end: NOON + i, sightings: i, text: `person ${i}` }));
    store.putDecision(decision({ eventId: `e${i}`, at: NOON + i }));
    if (i % 37 === 0) {
      store.putAlert(alert({ id: `a${i}`, eventId: `e${i}` }));
      say(`alert ${i}`);
    }
    if (i % 50 === 0) await sleep(1);
  }
}

/** The code with which it was refused. */
function refused(write: () => void): string | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

async function full(): Promise<void> {
  const text = 'a person picks up the phone '.repeat(20);
  let code: string | undefined;
  for (let i = 0; code === undefined && i < 20_000; i++) {
    code = refused(() => {
      store.putEvent(event({ id: `e${i}`, text }));
      store.flush();
    });
    if (code !== undefined) say(`event ${i} ${code}`);
  }
  for (let i = 0, no: string | undefined; no === undefined && i < 5000; i++) {
    no = refused(() => store.putAlert(alert({ id: `a${i}`, text })));
    if (no !== undefined) say(`alert ${no}`);
  }
  say(`there ${store.events({ limit: 100_000 }).length}`);
  say('room?');
  const waits = setInterval(() => undefined, 1000);
  await new Promise((resolve) => void process.once('SIGUSR2', resolve));
  while (refused(() => store.flush()) !== undefined) await sleep(50);
  store.putAlert(alert({ id: 'last' }));
  say(`now ${store.events({ limit: 100_000 }).length}`);
  store.close();
  clearInterval(waits);
}

await (what === 'full' ? full() : endless());
