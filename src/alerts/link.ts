import type { LookoutError } from '../errors.ts';
import { backOff } from '../health/backOff.ts';
import type { Logger } from '../health/log.ts';
import { redactUrl } from '../secret.ts';
import { openConnection } from './connection.ts';
import type { BrokerOptions, Connection, Message, ProtocolVersion } from './connection.ts';

/** What happens with every connection, one after another. */
export interface LinkEvents {
  up(connection: Connection): void;
  message(message: Message): void;
  down(): void;
}

/** Connects, and again after every loss, until the signal aborts. A reason is logged once, not with every try. */
export function keepConnected(
  opts: BrokerOptions,
  signal: AbortSignal,
  log: Logger,
  events: LinkEvents,
): { problem(): LookoutError | undefined; stopped: Promise<void> } {
  const wait = backOff({ first: 250, most: 2000, calm: 5000 });
  const shown = redactUrl(opts.url);
  let version: ProtocolVersion = 5;
  let problem: LookoutError | undefined;

  const once = (): Promise<boolean> =>
    new Promise((resolve) => {
      let connection: Connection | undefined;
      const stop = (): void => void (connection ? connection.end() : attempt.abort());
      const attempt = openConnection(opts, version, {
        message: events.message,
        up(opened) {
          connection = opened;
          problem = undefined;
          wait.up();
          log.info({ broker: shown, mqtt: version === 5 ? '5' : '3.1.1' }, 'connected to the broker');
          events.up(opened);
        },
        down(why, unknownProtocol) {
          signal.removeEventListener('abort', stop);
          events.down();
          const again = unknownProtocol && connection === undefined;
          if (again) version = 4;
          else if (!signal.aborted) {
            // A broker that cannot be read as 3.1.1 either was not one, or not yet.
            if (connection === undefined) version = 5;
            if (problem?.code === why.code) log.debug({ code: why.code }, why.message);
            else log.error({ code: why.code }, why.message);
            problem = why;
          }
          resolve(again);
        },
      });
      signal.addEventListener('abort', stop, { once: true });
    });

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const again = await once();
      if (!again && !signal.aborted) await pause(wait.next(), signal);
    }
  };
  return { problem: () => problem, stopped: run() };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
