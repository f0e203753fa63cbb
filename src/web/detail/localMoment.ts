/** A time (ms) as one may write it, in the viewer's zone, to the second: "2026-11-22T14:05:12". */
export function localMoment(at: number, zone?: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', ...(zone === undefined ? {} : { timeZone: zone }) }).format(at);
  return parts.replace(' ', 'T');
}
