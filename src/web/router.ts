import { computed, signal } from '@preact/signals';
import { placeOf } from './place.ts';
import type { Place } from './place.ts';

const here = signal(location.pathname + location.search);

export const place = computed<Place>(() => placeOf(here.value));

/** Goes to a view of this page; `replace` leaves no step to go back to. */
export function navigate(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  here.value = location.pathname + location.search;
}

/**
 * The address with some of its query changed (null takes a key away). `?alert=` and `?event=` open the detail panel over any view.
 */
export function withQuery(changes: Readonly<Record<string, string | null>>): string {
  const { pathname, searchParams } = new URL(here.value, location.origin);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) searchParams.delete(key);
    else searchParams.set(key, value);
  }
  const text = searchParams.toString();
  return pathname + (text === '' ? '' : `?${text}`);
}

/** Follows links of the page without loading it anew; called once. */
export function startRouter(): void {
  addEventListener('popstate', () => (here.value = location.pathname + location.search));
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin || link.dataset['outside'] !== undefined) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
}
