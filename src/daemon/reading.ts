import type { Observable } from 'rxjs';
import type { EngineReading, MetricsNeeds, Reading } from '../api/reading.ts';
import type { FeedItem } from '../api/feed.ts';
import type { QuestionLine } from '../ask/line.ts';
import type { RunningModel } from '../infer/runningModel.ts';
import type { Store } from '../store/store.ts';
import type { CameraStates } from './cameraStates.ts';
import type { ModelState } from './modelState.ts';
import type { Pipeline } from './pipeline.ts';

export interface ReadingNeeds {
  readonly states: CameraStates;
  readonly modelState: ModelState;
  readonly model: Pick<RunningModel, 'engines'>;
  readonly pipeline: Pick<Pipeline, 'counters'>;
  readonly store: Pick<Store, 'glance'>;
  readonly line: Pick<QuestionLine, 'load'>;
  readonly news$: Observable<FeedItem>;
  broker(): 'connected' | 'disconnected';
}

/** What Prometheus is told of the daemon; events and alerts are counted as they come. */
export function readings({ states, modelState, model, pipeline, store, line, news$, broker }: ReadingNeeds): MetricsNeeds {
  const events: Record<string, number> = {};
  const alerts: Record<string, number> = {};
  const count = (counts: Record<string, number>, key: string): void => void (counts[key] = (counts[key] ?? 0) + 1);
  const seen = new Set<string>();
  news$.subscribe((item) => {
    if (item.kind === 'event' && item.event.phase === 'new') count(events, item.event.camera);
    // a picture that comes tells of the same alert once more
    if (item.kind === 'alert' && item.alert.phase === 'new' && isNew(seen, item.alert.id)) count(alerts, item.alert.ruleId);
  });
  return {
    read(): Reading {
      const { windows, visualTokens, dropped } = pipeline.counters();
      const { pending, history, historyDropped, bytes } = store.glance();
      return {
        cameras: [...states.all()].map(([camera, { state }]) => ({ camera, state: state === 'connecting' ? 'offline' : state })),
        model: ({ opening: 'starting', ready: 'ready', failed: 'down' } as const)[modelState.state()],
        windows, visualTokens, windowsDropped: dropped, events, alerts, brokerConnected: broker() === 'connected', outbox: pending, history, historyDropped, storeBytes: bytes,
        questions: line.load(),
        ...engineReading(model),
      };
    },
  };
}

const SHARE = { closed: 1, 'half-open': 0.5, open: 0 } as const;

function engineReading(model: Pick<RunningModel, 'engines'>): { readonly engines?: EngineReading } {
  const told = model.engines?.();
  if (!told) return {};
  const { endpoints, ...rest } = told;
  const by = (pick: (endpoint: (typeof endpoints)[number]) => number): Record<string, number> => Object.fromEntries(endpoints.map((e) => [e.id, pick(e)]));
  return {
    engines: {
      ...rest, up: by(({ state }) => SHARE[state]), requests: by((e) => e.requests), failures: by((e) => e.failures),
      outstanding: by((e) => e.outstanding), seconds: Object.fromEntries(endpoints.flatMap(({ id, ms }) => (ms === undefined ? [] : [[id, ms / 1000]]))),
    },
  };
}

/** Ids of the last alerts; an alert is told again as its pictures come and the broker takes it. */
const REMEMBERED = 10_000;

function isNew(seen: Set<string>, id: string): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  const oldest = seen.keys().next();
  if (seen.size > REMEMBERED && !oldest.done) seen.delete(oldest.value);
  return true;
}
