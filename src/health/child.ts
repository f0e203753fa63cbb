import { BehaviorSubject, Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { ErrorCode } from '../errors.ts';
import { startAttempt } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import { backOff } from './backOff.ts';
import type { Logger } from './log.ts';
import { startInTurn } from './startTurns.ts';

export interface ChildSpec {
  /** as it appears in logs */
  readonly name: string;
  /** the module that calls `runChild` */
  readonly entry: URL;
  readonly env?: Record<string, string>;
  /** of the interpreter */
  readonly flags?: readonly string[];
  /** limit of the JavaScript heap and of the resident memory, MB; a child above it is killed and restarted */
  readonly memoryMb: number;
  /** ms; a child that has not beaten for four of them is killed and restarted. Default 2000 */
  readonly heartbeatMs?: number;
  /** sent at every (re)start; anything that structured clone carries */
  readonly init: unknown;
  /** false: a first init that fails with a code is final (the state becomes `stopped`); all else is retried as ever. Default true */
  readonly retryFirst?: boolean;
  /** when many children start, this one does not wait for its turn: others depend on it. Default false */
  readonly urgent?: boolean;
}

export type ChildState = 'starting' | 'up' | 'down' | 'stopped';

/** How a child came to its end. `code` is the catalogue's where the child gave one. */
export interface ChildExit {
  readonly at: number;
  readonly detail: string;
  readonly code: ErrorCode;
}

export interface SupervisedChild {
  /** the present state first, then every change; completes after `stopped` */
  readonly state$: Observable<ChildState>;
  readonly exits$: Observable<ChildExit>;
  readonly messages$: Observable<unknown>;
  /** false when the child is not up, or too many messages wait for it: the message is dropped */
  send(message: unknown): boolean;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/**
 * Keeps a child process alive until `signal` aborts: restarts it after 0.3 s, doubling to 30 s, with jitter, and from 0.3 s
 * again once it has been up for 30 s. Kills it when it stops beating or grows beyond its memory. Logs each end once.
 */
export function superviseChild(spec: ChildSpec, signal: AbortSignal, log: Logger): SupervisedChild {
  const state$ = new BehaviorSubject<ChildState>('down');
  const exits$ = new Subject<ChildExit>();
  const messages$ = new Subject<unknown>();
  const pause = backOff({ first: 300, most: 30_000, calm: 30_000 });
  let attempt: Attempt | undefined;
  let timer: NodeJS.Timeout | undefined;
  let everUp = false;
  let stopping: Promise<void> | undefined;
  let started = (): void => undefined;
  const begin = (): void => {
    state$.next('starting');
    started = startInTurn(attemptNow, spec.urgent);
  };
  const attemptNow = (over: () => void): void => {
    attempt = startAttempt(spec, log, {
      up: () => {
        everUp = true;
        over();
        pause.up();
        state$.next('up');
      },
      message: (body) => messages$.next(body),
      exit: (exit) => {
        over();
        attempt = undefined;
        if (stopping) return;
        state$.next('down');
        const wait = pause.next();
        const final = spec.retryFirst === false && !everUp && exit.code !== 'CHILD_EXITED';
        if (final) void stop();
        else log.warn({ child: spec.name, code: exit.code, retry_ms: Math.round(wait) }, `${spec.name}: ${exit.detail}`);
        exits$.next(exit);
        if (!final) timer = setTimeout(begin, wait);
      },
    });
  };
  const stop = (): Promise<void> => (stopping ??= Promise.resolve().then(async () => {
    clearTimeout(timer);
    started();
    signal.removeEventListener('abort', stop);
    await attempt?.stop();
    state$.next('stopped');
    for (const subject of [state$, exits$, messages$]) subject.complete();
  }));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) void stop();
  else begin();

  return {
    state$: state$.asObservable(),
    exits$: exits$.asObservable(),
    messages$: messages$.asObservable(),
    send: (message) => state$.value === 'up' && (attempt?.send(message) ?? false),
    get pid() {
      return attempt?.pid;
    },
    stop,
  };
}
