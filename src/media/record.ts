/** The part of the configuration that says what is kept with an alert. */
interface MediaSettings {
  readonly snapshots: boolean;
  readonly clips: boolean;
  /** s */
  readonly before: number;
}

/** How long it may take from a happening to its alert, with a model that lags behind, s. */
const RECOGNISED = 45;
/** Of one camera's packets; where they are more, the time is shorter, MB. */
const MOST_MB = 48;

/** What a camera's process has to remember for that (camera.ts); undefined: nothing. A clip is begun with its alert, so that its length takes no memory. */
export function recordOf({ snapshots, clips, before }: MediaSettings): { readonly seconds: number; readonly mb: number; readonly before: number } | undefined {
  if (!snapshots && !clips) return undefined;
  return { seconds: (clips ? before : 0) + RECOGNISED, mb: MOST_MB, before: clips ? before : 0 };
}

/** The same for a camera that is recorded around events, from so many seconds before them; `record` is what it remembers anyhow. */
export function recordOfEvents(record: ReturnType<typeof recordOf>, before: number): NonNullable<ReturnType<typeof recordOf>> {
  return { seconds: Math.max(record?.seconds ?? 0, before + RECOGNISED), mb: MOST_MB, before: Math.max(record?.before ?? 0, before) };
}
