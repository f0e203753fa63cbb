import { place } from '../router.ts';

/** What happened: opened over any view by `?alert=` or `?event=` in the address. */
export function DetailPanel() {
  const { query } = place.value;
  return query.has('alert') || query.has('event') ? <aside hidden /> : null;
}
