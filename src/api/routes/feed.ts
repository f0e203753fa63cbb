import type { Observable } from 'rxjs';
import { z } from 'zod';
import { named } from '../feed.ts';
import { route, Told } from '../route.ts';
import type { Route, ServerEvent } from '../route.ts';

export interface FeedNeeds {
  /** as feedEvents makes them */
  readonly feed$: Observable<ServerEvent>;
  readonly version: string;
  /** wall clock, ms */
  now(): number;
}

/** News that wait for a client; beyond it the oldest go, and it is told how many. */
const MOST_WAITING = 1000;

const query = z.strictObject({
  kinds: z.string().regex(/^(event|alert|status|coverage|look|config)(,(event|alert|status|coverage|look|config))*$/, 'must be some of event,alert,status,coverage,look,config').optional().describe('only these: alert,status'),
});

/** What happens, as it happens. */
export function feedRoutes(needs: FeedNeeds): Route[] {
  return [
    route({
      method: 'GET', path: '/v1/feed', scope: 'viewer', tag: 'events',
      summary: 'What happens, as it happens',
      description:
        'Server-sent events: `hello` first, then `event`, `alert`, `status`, `coverage`, `look` and `config` with the same JSON that the other routes give. ' +
        'A client that is too slow loses the oldest; `dropped` says how many, and it is best to read again what is shown. Nothing is sent again after a break.',
      query, response: { told: true },
      handle: ({ query: { kinds }, signal }) => new Told(listen(needs, kinds === undefined ? undefined : new Set(kinds.split(',')), signal)),
    }),
  ];
}

async function* listen({ feed$, version, now }: FeedNeeds, kinds: ReadonlySet<string> | undefined, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const waiting: ServerEvent[] = [];
  const state = { dropped: 0, over: signal.aborted, wake: (): void => undefined };
  const end = (): void => {
    state.over = true;
    state.wake();
  };
  const heard = feed$.subscribe({
    next(item) {
      if (kinds && !kinds.has(item.event ?? '')) return;
      waiting.push(item);
      if (waiting.length > MOST_WAITING) {
        waiting.shift();
        state.dropped++;
      }
      state.wake();
    },
    error: end,
    complete: end,
  });
  signal.addEventListener('abort', end, { once: true });
  try {
    yield named('hello', { version, now_ms: now() });
    while (!state.over) {
      if (state.dropped > 0) {
        const count = state.dropped;
        state.dropped = 0;
        yield named('dropped', { count });
      }
      const next = waiting.shift();
      if (next) yield next;
      else await new Promise<void>((resolve) => (state.wake = resolve));
    }
  } finally {
    heard.unsubscribe();
    signal.removeEventListener('abort', end);
  }
}
