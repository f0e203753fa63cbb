/** The first kept frame comes no later after an event's start, ms … */
const LATE = 500;
/** … and no more before it. */
const EARLY = 1000;
/** So many kept frames show it, from this much before its start to this much after its end, ms. */
const LEAST = 2;
const MARGIN = 500;

/** Whether frames kept at these moments show an event, from its start on. All in ms of one clock. */
export function countsAsSeen({ start, end }: { readonly start: number; readonly end: number }, kept: readonly number[]): boolean {
  const began = kept.some((at) => at >= start - EARLY && at <= start + LATE);
  return began && kept.filter((at) => at >= start - MARGIN && at <= end + MARGIN).length >= LEAST;
}
