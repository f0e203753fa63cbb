import { computed, effect, signal } from '@preact/signals';
import type { AlertOut } from '../../api/schemas/alerts.ts';
import type { EventOut } from '../../api/schemas/events.ts';
import { navigate, place, withQuery } from '../router.ts';
import { cameraIds } from '../store/cameras.ts';
import type { Known, Stamp } from './layers.ts';
import { alerts, coverage, events, gaps, lookAt, looks, recordings } from './past.ts';
import { presently } from './present.ts';
import { FARTHEST, framing, lengthOf } from './span.ts';
import type { Span } from './span.ts';

/** In view at first, ms; less where the log is younger than so much. */
const AT_FIRST = 15 * 60_000;
const YOUNG = [[60_000, 2 * 60_000], [4 * 60_000, 5 * 60_000]] as const;
/** Where the present stands while it is followed, a share of the width from the left: what is newest has room for its words. */
const PRESENT = 0.82;

/** What is in view; moved by `look`. */
export const view = signal<Span>(beginning());
/** Goes along with the present. */
export const following = signal(!place.peek().query.has('from'));
/** Dragging selects a stretch. */
export const selecting = signal(false);
/** The stretch that was selected. */
export const range = signal<Span | null>(null);
/** The time stamps of the newest answer, marked on the timeline. */
export const stamps = signal<readonly Stamp[]>([]);

export interface Filter {
  readonly cameras: readonly string[];
  readonly text: string;
  readonly rule: string;
  readonly severity: '' | AlertOut['severity'];
}

export const NO_FILTER: Filter = { cameras: [], text: '', rule: '', severity: '' };
export const filter = signal<Filter>(NO_FILTER);

/** The one camera that has a lane where a view is about one; empty: all that the filter leaves. */
export const only = signal('');

/** Cameras whose lanes are shown: those of the configuration, and those that the log alone still knows. */
export const lanes = computed(() => {
  const known = new Set([...cameraIds.value, ...[...events.items.value.values()].map(({ camera }) => camera), ...[...alerts.items.value.values()].map(({ camera }) => camera)]);
  const wanted = only.value === '' ? filter.value.cameras : [only.value];
  return [...known].filter((camera) => wanted.length === 0 || wanted.includes(camera)).sort();
});

/** What is shown of what is held. */
export const known = computed<Known>(() => {
  const { text, rule, severity } = filter.value;
  const words = text.trim().toLowerCase().split(/\s+/).filter((word) => word !== '');
  const says = (said: string): boolean => words.every((word) => said.toLowerCase().includes(word));
  const someAlerts = [...alerts.items.value.values()].filter((one) => (rule === '' || one.rule === rule) && (severity === '' || one.severity === severity) && says(`${one.event} ${one.rule_text} ${one.rule}`));
  const ofAlerts = new Set(someAlerts.flatMap((one) => [one.event_id, ...one.evidence.map(({ event_id: id }) => id)]));
  const narrowed = rule !== '' || severity !== '';
  const someEvents = [...events.items.value.values()].filter((one: EventOut) => one.phase !== 'retracted' && (!narrowed || ofAlerts.has(one.id)) && says(one.event));
  return {
    events: someEvents, alerts: someAlerts, gaps: gaps.value, recordings: recordings.value, stamps: stamps.value,
    looks: [...looks.items.value.values()].map(({ camera, from_ms: from, to_ms: to }) => ({ camera, from, to })),
  };
});

/** Moves the view; by hand, it no longer follows the present. */
export function look(to: Span, byHand = true): void {
  if (byHand) following.value = false;
  view.value = to;
  lookAt(to);
}

/** Shows a stretch with air around it. */
export function lookNear(span: Span): void {
  look(framing(span));
}

export function follow(): void {
  following.value = true;
  goPresent();
}

/** The present comes to its place, the length of the view staying. */
export function goPresent(length = lengthOf(view.peek())): void {
  look(presentView(length), false);
}

/** A view of this length, the present in its place. */
export function presentView(length: number): Span {
  const now = presently();
  return { from: now - length * PRESENT, to: now + length * (1 - PRESENT) };
}

/** The choice of a mark opens its story over the page. */
export function choose(kind: 'alert' | 'event', id: string): void {
  navigate(withQuery({ alert: null, event: null, [kind]: id }));
}

/** Where nothing is older than some minutes, no more is shown at first. @returns what ends the waiting for it */
export function fitYoungLog(): () => void {
  return effect(() => {
    const began = coverage.value.known.flatMap(({ from_ms: from }) => from ?? []);
    if (began.length === 0 || fitted) return;
    fitted = true;
    const age = presently() - Math.min(...began);
    const [, length] = YOUNG.find(([most]) => age < most) ?? [];
    if (following.peek() && length !== undefined) goPresent(length);
  });
}

let fitted = false;

/** The view that an address asks for. */
export function viewIn(query: URLSearchParams): Span | undefined {
  const [from, to] = [Number(query.get('from')), Number(query.get('to'))];
  return from > 0 && to > from && to - from < FARTHEST ? { from, to } : undefined;
}

function beginning(): Span {
  return viewIn(place.peek().query) ?? presentView(AT_FIRST);
}
