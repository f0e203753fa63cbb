import { map, share } from 'rxjs';
import type { Observable } from 'rxjs';
import type { StoreNews } from '../store/overheard.ts';
import { statusOut } from './cameraShape.ts';
import type { StatusNow } from './cameraShape.ts';
import type { ServerEvent } from './route.ts';
import type { FeedData, FeedName } from './schemas/feed.ts';
import { alertOut, eventOut, lookOut, unwatchedOut } from './shapes.ts';

/** Something that those who look on hear of. */
export type FeedItem =
  | StoreNews
  | { readonly kind: 'status'; readonly camera: string; readonly status: StatusNow }
  | { readonly kind: 'config'; readonly etag: string | null; readonly cameras: number; readonly rules: number; readonly restart: readonly string[] };

/** As it is sent, made once for all clients. */
export function feedEvents(items$: Observable<FeedItem>, mediaUrl: () => string | undefined): Observable<ServerEvent> {
  return items$.pipe(map((item) => eventOf(item, mediaUrl())), share());
}

function eventOf(item: FeedItem, mediaUrl: string | undefined): ServerEvent {
  switch (item.kind) {
    case 'event':
      return named('event', eventOut(item.event));
    case 'alert':
      return named('alert', alertOut(item.alert, mediaUrl));
    case 'look':
      return named('look', lookOut(item.look));
    case 'coverage':
      return named('coverage', unwatchedOut(item.gap));
    case 'status':
      return named('status', { camera: item.camera, ...statusOut({ enabled: true }, item.status) });
    case 'config': {
      const { kind: _kind, ...config } = item;
      return named('config', config);
    }
  }
}

export function named<Name extends FeedName>(event: Name, data: FeedData[Name]): ServerEvent {
  return { event, data: JSON.stringify(data) };
}
