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

/** A URL as it may be shown: user, password and query are left out. Text that is no URL is redacted whole. */
export function redactUrl(url: string): string {
  const m = /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/@]*@)?([^?#]*)/i.exec(url);
  return m ? `${m[1]}${m[2]}` : '[redacted]';
}
