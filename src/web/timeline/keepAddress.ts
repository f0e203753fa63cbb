import { effect } from '@preact/signals';
import { navigate, place, withQuery } from '../router.ts';
import { following, look, view, viewIn } from './state.ts';

/** Rest of the view before the address tells it, ms. */
const REST = 400;

/** What the address said last of the view: what else changes in it moves nothing. */
let said = saidBy(new URLSearchParams());

function saidBy(query: URLSearchParams): string {
  return `${query.get('from') ?? ''} ${query.get('to') ?? ''}`;
}

/** The address tells what is in view, so that it can be kept and shared; and links to a time lead there. @returns what ends it */
export function keepAddress(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const follow = effect(() => {
    const { query, view: at } = place.value;
    if (at !== 'timeline' || saidBy(query) === said) return;
    said = saidBy(query);
    const linked = viewIn(query);
    if (linked) look(linked);
  });
  const tell = effect(() => {
    const to = following.value ? null : view.value;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (place.peek().view !== 'timeline') return;
      const wanted = withQuery({ from: to ? String(Math.round(to.from)) : null, to: to ? String(Math.round(to.to)) : null });
      if (wanted === location.pathname + location.search) return;
      said = saidBy(new URL(wanted, location.origin).searchParams);
      navigate(wanted, { replace: true });
    }, REST);
  });
  return () => {
    clearTimeout(timer);
    follow();
    tell();
  };
}
