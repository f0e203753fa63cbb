import { get } from '../api/client.ts';
import type { Bar } from './layers.ts';
import type { Span } from './span.ts';

interface RecordingsOut {
  readonly items: readonly { readonly camera: string; readonly from_ms: number; readonly to_ms: number }[];
}

/** What was recorded within a range, of one camera or of all. @throws Problem */
export async function recordedIn({ from, to }: Span, stop: AbortSignal, camera?: string): Promise<Bar[]> {
  const { items } = await get<RecordingsOut>('/v1/recordings', { since: Math.floor(from), until: Math.ceil(to), camera, limit: 1000 }, stop);
  return items.map((one) => ({ camera: one.camera, from: one.from_ms, to: one.to_ms }));
}
