/** What Lookout says of itself at one moment; what is left out has no line. Totals count from the start. */
export interface Reading {
  readonly cameras?: readonly { readonly camera: string; readonly state: 'online' | 'offline' | 'disabled' }[];
  /** packets' bytes that came, by camera */
  readonly cameraBytes?: Readonly<Record<string, number>>;
  readonly model?: 'starting' | 'ready' | 'down';
  /** windows that the model was shown */
  readonly windows?: number;
  readonly visualTokens?: number;
  readonly windowsWaiting?: number;
  /** windows that nobody looked at, by why (`overloaded`, `stale` …) */
  readonly windowsDropped?: Readonly<Record<string, number>>;
  /** by camera */
  readonly events?: Readonly<Record<string, number>>;
  /** by rule */
  readonly alerts?: Readonly<Record<string, number>>;
  readonly brokerConnected?: boolean;
  /** alerts that the broker has not acknowledged */
  readonly outbox?: number;
  /** entries of the history that the broker has not acknowledged, and such as waited too long for it */
  readonly history?: number;
  readonly historyDropped?: number;
  readonly storeBytes?: number;
  /** by table */
  readonly storeRows?: Readonly<Record<string, number>>;
  /** by camera */
  readonly recordingsBytes?: Readonly<Record<string, number>>;
  readonly mediaBytes?: number;
  readonly engines?: EngineReading;
  /** questions of people to the model */
  readonly questions?: { readonly running: number; readonly waiting: number };
}

/** Of the engines that serve the model; keyed by their host and port. */
export interface EngineReading {
  readonly up: Readonly<Record<string, number>>;
  readonly requests: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
  readonly outstanding: Readonly<Record<string, number>>;
  /** mean of recent answers */
  readonly seconds: Readonly<Record<string, number>>;
  readonly waiting: number;
  readonly retries: number;
  readonly hedges: { readonly won: number; readonly lost: number };
  readonly tokens: { readonly prompt: number; readonly reused: number };
}

export interface MetricsNeeds {
  /** asked at every scrape; must be quick */
  read(): Reading | Promise<Reading>;
}

type Values = number | Readonly<Record<string, number>> | undefined;

interface Line {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  pick(reading: Reading): Values;
}

/** What is told of a reading, by the names that Prometheus' users expect (https://prometheus.io/docs/practices/naming/): `_total` only grows. */
export const LINES: readonly Line[] = [
  { name: 'lookout_cameras', help: 'Cameras by state', label: 'state', pick: (r) => r.cameras && among(['online', 'offline', 'disabled'], r.cameras.map(({ state }) => state)) },
  { name: 'lookout_camera_online', help: '1 while a camera sends', label: 'camera', pick: (r) => r.cameras && Object.fromEntries(r.cameras.map(({ camera, state }) => [camera, Number(state === 'online')])) },
  { name: 'lookout_camera_bytes_total', help: 'Bytes that a camera has sent', label: 'camera', pick: (r) => r.cameraBytes },
  { name: 'lookout_model_state', help: 'The model: 1 at its state', label: 'state', pick: (r) => r.model && among(['starting', 'ready', 'down'], [r.model]) },
  { name: 'lookout_windows_total', help: 'Windows that the model was shown', pick: (r) => r.windows },
  { name: 'lookout_visual_tokens_total', help: 'Visual tokens of these windows', pick: (r) => r.visualTokens },
  { name: 'lookout_windows_waiting', help: 'Windows that wait for the model', pick: (r) => r.windowsWaiting },
  { name: 'lookout_windows_dropped_total', help: 'Windows that nobody looked at', label: 'reason', pick: (r) => r.windowsDropped },
  { name: 'lookout_questions', help: 'Questions of people to the model', label: 'state', pick: (r) => r.questions && { ...r.questions } },
  { name: 'lookout_engine_up', help: '1 while an engine gets requests, 0.5 while it is tried out', label: 'endpoint', pick: (r) => r.engines?.up },
  { name: 'lookout_engine_requests_total', help: 'Requests sent to an engine', label: 'endpoint', pick: (r) => r.engines?.requests },
  { name: 'lookout_engine_failures_total', help: 'Of them, those that it had no answer to', label: 'endpoint', pick: (r) => r.engines?.failures },
  { name: 'lookout_engine_outstanding', help: 'Requests that an engine works on', label: 'endpoint', pick: (r) => r.engines?.outstanding },
  { name: 'lookout_engine_latency_seconds', help: 'Mean time of its recent answers', label: 'endpoint', pick: (r) => r.engines?.seconds },
  { name: 'lookout_engine_waiting', help: 'Requests that wait for an engine', pick: (r) => r.engines?.waiting },
  { name: 'lookout_engine_retries_total', help: 'Requests sent again', pick: (r) => r.engines?.retries },
  { name: 'lookout_engine_hedges_total', help: 'Slow requests sent to a second engine too, by which was faster', label: 'outcome', pick: (r) => r.engines && { ...r.engines.hedges } },
  { name: 'lookout_engine_prompt_tokens_total', help: 'Tokens of prompts; reused: those that were in the prefix cache', label: 'kind', pick: (r) => r.engines && { ...r.engines.tokens } },
  { name: 'lookout_events_total', help: 'Events', label: 'camera', pick: (r) => r.events },
  { name: 'lookout_alerts_total', help: 'Alerts', label: 'rule', pick: (r) => r.alerts },
  { name: 'lookout_outbox_alerts', help: 'Alerts that the broker has not acknowledged', pick: (r) => r.outbox },
  { name: 'lookout_history_waiting', help: 'Events and unwatched times that the broker has not acknowledged', pick: (r) => r.history },
  { name: 'lookout_history_dropped_total', help: 'Events and unwatched times that waited too long for the broker', pick: (r) => r.historyDropped },
  { name: 'lookout_broker_connected', help: '1 while the broker is there', pick: (r) => (r.brokerConnected === undefined ? undefined : Number(r.brokerConnected)) },
  { name: 'lookout_store_bytes', help: 'Size of the event log', pick: (r) => r.storeBytes },
  { name: 'lookout_store_rows', help: 'Rows of the event log', label: 'table', pick: (r) => r.storeRows },
  { name: 'lookout_recordings_bytes', help: 'Size of the recordings', label: 'camera', pick: (r) => r.recordingsBytes },
  { name: 'lookout_media_bytes', help: "Size of the alerts' pictures and clips", pick: (r) => r.mediaBytes },
];

/** 1 for each that was found, 0 for the others: a state that ends shall not vanish from a graph. */
function among(all: readonly string[], found: readonly string[]): Record<string, number> {
  return Object.fromEntries(all.map((state) => [state, found.filter((one) => one === state).length]));
}
