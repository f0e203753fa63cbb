import { effect, signal } from '@preact/signals';
import type { FeedData, FeedName } from '../../api/schemas/feed.ts';
import { resume, session } from '../session.ts';

/** How the live feed stands: `lost` means that what the page shows may be old. */
export const connection = signal<'closed' | 'opening' | 'open' | 'lost'>('closed');
/** Counts connections: what is shown is read again at each, since what happened in between was missed. */
export const connections = signal(0);

type Ears = { [K in FeedName]: Set<(data: FeedData[K]) => void> };

const ears: Ears = { hello: new Set(), event: new Set(), alert: new Set(), status: new Set(), coverage: new Set(), look: new Set(), config: new Set(), dropped: new Set() };
const LONGEST_PAUSE_MS = 15_000;

/** Hears what the feed tells of one kind. @returns what ends the hearing */
export function heard<K extends FeedName>(kind: K, hear: (data: FeedData[K]) => void): () => void {
  const those: Set<(data: FeedData[K]) => void> = ears[kind];
  those.add(hear);
  return () => void those.delete(hear);
}

let source: EventSource | undefined;
let again: ReturnType<typeof setTimeout> | undefined;
let failures = 0;

function open(): void {
  clearTimeout(again);
  source?.close();
  connection.value = failures === 0 ? 'opening' : 'lost';
  const feed = new EventSource('/v1/feed');
  source = feed;
  feed.addEventListener('open', () => {
    failures = 0;
    connection.value = 'open';
    connections.value++;
  });
  // The browser's own retries end at an answer like 401 or 502; here each failure is tried again, the session first.
  feed.addEventListener('error', () => {
    feed.close();
    if (source !== feed) return;
    failures++;
    connection.value = 'lost';
    again = setTimeout(() => void reopen(), Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(failures, 6)) * (0.75 + Math.random() / 2));
  });
  for (const kind of Object.keys(ears) as FeedName[]) listen(feed, kind);
}

function listen<K extends FeedName>(feed: EventSource, kind: K): void {
  feed.addEventListener(kind, (message: MessageEvent<string>) => {
    // of this page's own server, whose types say what it sends
    const data = JSON.parse(message.data) as FeedData[K];
    const those: Set<(data: FeedData[K]) => void> = ears[kind];
    for (const hear of those) hear(data);
  });
}

async function reopen(): Promise<void> {
  const answered = await resume();
  if (answered) open();
  else if (session.value.state === 'in') {
    failures++;
    again = setTimeout(() => void reopen(), Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(failures, 6)));
  }
}

/** Tries at once, as when a person asks for it or the machine is online again. */
export function reconnect(): void {
  if (connection.value !== 'lost') return;
  clearTimeout(again);
  void reopen();
}

/** Listens whenever somebody is signed in. Called once. */
export function startFeed(): void {
  addEventListener('online', reconnect);
  // Navigations end connections, which is no failure to show.
  addEventListener('pagehide', () => source?.close());
  effect(() => {
    if (session.value.state === 'in') {
      if (connection.peek() === 'closed') open();
    } else if (session.value.state === 'out') {
      clearTimeout(again);
      source?.close();
      source = undefined;
      failures = 0;
      connection.value = 'closed';
    }
  });
}
