import { inspect } from 'node:util';

/** A value that must not be shown: it prints `[redacted]` everywhere, and only `reveal()` gives it out. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return '[redacted]';
  }
}

/** What a password is written after where a camera wants it in the path: /user=admin&password=… */
const IN_PATH = /((?:user(?:name)?|pass(?:word|wd)?|pwd|token|key|secret|auth)[=:])[^/&;,?]+/gi;

/** A URL as it may be shown: user, password and query are left out. Text that is no URL is redacted whole. */
export function redactUrl(url: string): string {
  const m = /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/@]*@)?([^?#]*)/i.exec(url);
  return m ? `${m[1]}${(m[2] ?? '').replace(IN_PATH, '$1[redacted]')}` : '[redacted]';
}
