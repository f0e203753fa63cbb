import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger } from 'pino';

export interface LogOptions {
  /** trace … fatal, or silent; `info` by default */
  readonly level?: string;
  /** one readable line for people instead of JSON */
  readonly pretty?: boolean;
  readonly name?: string;
}

/** The program's log: JSON lines (or readable ones) on stderr. Secrets print as `[redacted]`, and so does any password in a URL. */
export function createLogger(opts: LogOptions = {}): Logger {
  const write = (line: string): void => {
    const clean = withoutCredentials(line);
    process.stderr.write(opts.pretty ? readable(clean) : clean);
  };
  return pino({ level: opts.level ?? 'info', name: opts.name, base: undefined }, { write });
}

/** Text without the user and password of the URLs in it. Libraries put URLs into their messages, so every line goes through here. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s"'/]*@/gi, '$1[redacted]@');
}

const LEVELS: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'WARN', 50: 'ERROR', 60: 'FATAL' };

function readable(line: string): string {
  const { level, time, msg, name, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const failure = err && typeof err === 'object' && 'message' in err ? ` ${String(err.message)}` : '';
  const extra = Object.entries(rest).map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${clock} ${(LEVELS[Number(level)] ?? '').padEnd(5)} ${name ? `${String(name)}: ` : ''}${String(msg ?? '')}${failure}${extra.join('')}\n`;
}
