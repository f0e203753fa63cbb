import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Message } from './connection.ts';
import { parseCommand } from './commands.ts';
import type { Command } from './commands.ts';
import type { Topics } from './topics.ts';

/** Commands wait in line, one is obeyed after another. */
export interface CommandLine {
  take(message: Message): void;
  stop(): void;
}

/** Commands that wait: of each topic the newest. Beyond it new ones are turned away, for nobody presses so many switches. */
const MOST_WAITING = 64;
/** Commands in a row, and how often there is one more, ms. */
const BURST = 20;
const EVERY = 200;
/** What is turned away is told of so often, ms. */
const TELL = 60_000;

/**
 * Obeys commands in order, one at a time and at a bounded rate. What is none to the letter is turned away, and so is what the broker
 * kept from before: a command is meant for the moment it is given in.
 */
export function commandLine(names: Topics, obey: (c: Command) => void | Promise<void>, log: Logger): CommandLine {
  const waiting = new Map<string, Command>();
  const tell = sometimes(log);
  let allowance = BURST;
  let counted = performance.now();
  let busy = false;
  let timer: NodeJS.Timeout | undefined;
  let live = true;

  function refill(): void {
    const now = performance.now();
    allowance = Math.min(BURST, allowance + (now - counted) / EVERY);
    counted = now;
  }

  function next(): void {
    if (busy || timer || !live) return;
    const [entry] = waiting;
    if (!entry) return;
    refill();
    if (allowance < 1) {
      timer = setTimeout(() => {
        timer = undefined;
        next();
      }, EVERY);
      return;
    }
    allowance -= 1;
    waiting.delete(entry[0]);
    busy = true;
    void run(entry[1]);
  }

  async function run(command: Command): Promise<void> {
    try {
      await obey(command);
    } catch (error) {
      if (error instanceof LookoutError) log.warn({ code: error.code, command }, error.message);
      else log.error({ err: error, command }, 'a command over MQTT failed');
    }
    busy = false;
    next();
  }

  return {
    take({ topic, payload, retain }) {
      const command = retain ? undefined : parseCommand(names, topic, payload);
      if (!command) return tell(topic, retain ? 'a retained command is ignored: send commands without the retain flag' : 'what came on a command topic is no command and is ignored');
      if (!waiting.has(topic) && waiting.size >= MOST_WAITING) return tell(topic, 'too many commands at once: the rest is ignored');
      waiting.set(topic, command);
      next();
    },
    stop() {
      live = false;
      clearTimeout(timer);
    },
  };
}

/** Tells the first of a while; of the rest how many there were. */
function sometimes(log: Logger): (topic: string, what: string) => void {
  const told = new Map<string, { at: number; kept: number }>();
  return (topic, what) => {
    const last = told.get(what);
    const now = performance.now();
    if (last && now - last.at < TELL) last.kept += 1;
    else {
      log.warn({ topic: topic.slice(0, 200), ...(last?.kept ? { untold: last.kept } : {}) }, what);
      told.set(what, { at: now, kept: 0 });
    }
  };
}
