import type { AlertOut } from '../../api/schemas/alerts.ts';

const PARTS = ['before', 'capture', 'queue', 'infer', 'match', 'publish'] as const;
export type PartName = (typeof PARTS)[number];

export interface Part {
  readonly name: PartName;
  readonly ms: number;
  /** of the whole, 0..1 */
  readonly share: number;
}

/**
 * Where the time went between the happening and the message. The parts follow the last frame of the window that showed it; what the
 * total has besides passed before that frame (`before`).
 */
export function partsOf({ total, ...split }: AlertOut['latency_ms']): Part[] {
  const known = split.capture + split.queue + split.infer + split.match + split.publish;
  const all = { before: Math.max(0, total - known), ...split };
  const whole = Math.max(total, known, 1);
  return PARTS.map((name) => ({ name, ms: all[name], share: all[name] / whole })).filter(({ ms }) => ms > 0);
}
