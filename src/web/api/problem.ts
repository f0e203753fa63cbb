/** What went wrong with a request, and what to do about it: Lookout's own words, or the page's where there was no answer. */
export class Problem extends Error {
  /** HTTP status; 0 where no answer came */
  readonly status: number;
  /** of Lookout's catalogue of errors; `UNREACHABLE` and `UNEXPECTED` are the page's */
  readonly code: string;
  readonly remedy: string;
  /** the key that is wrong, where it is one: `window.hop` */
  readonly param: string | null;

  constructor(status: number, code: string, message: string, remedy: string, param: string | null = null) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.remedy = remedy;
    this.param = param;
  }
}

/** Reads `{ error: { code, message, remedy, param } }`; undefined where the body is something else. */
export function problemOf(status: number, body: unknown): Problem | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const error = body.error;
  if (typeof error !== 'object' || error === null) return undefined;
  const text = (key: string): string => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' ? value : '';
  };
  return new Problem(status, text('code') || `HTTP ${status}`, text('message'), text('remedy'), text('param') || keyIn(text('message')));
}

/** Faults of files are told as `file:line:column: key: what is wrong`. */
const FAULT = /^\S+:\d+:\d+: ([\w-]+(?:\.[\w-]+|\[\d+\])*|(?:\[\d+\])(?:\.[\w-]+)*): (.+)$/su;

function keyIn(message: string): string | null {
  return FAULT.exec(message)?.[1] ?? null;
}

/** What is wrong, without the file and the key: for a place beside that key. */
export function bareFault(problem: Problem): string {
  return FAULT.exec(problem.message)?.[2] ?? problem.message;
}

/** `cameras[0].url` → ['cameras', '0', 'url'] */
export function keyParts(param: string | null): string[] {
  return (param ?? '').split(/[.[\]]+/).filter((part) => part !== '');
}
