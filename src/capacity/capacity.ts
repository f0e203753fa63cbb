import type { FigureName } from './catalogue.ts';
import { isUnknown, sum } from './demand.ts';
import type { Plan } from './demand.ts';
import { resourcesOf, shareTaken } from './resources.ts';
import type { Resource, ResourceName } from './resources.ts';

/** Beyond so many cameras nobody asks one machine. */
export const MOST_CAMERAS = 100_000;

/** How many cameras of a plan a resource carries. */
export interface Limit {
  readonly name: ResourceName;
  /** undefined where figures lack; MOST_CAMERAS where there is no end in sight */
  readonly cameras: number | undefined;
  readonly lacks: readonly FigureName[];
}

export interface Capacity {
  /** cameras that are watched as the configuration asks for; undefined where nothing is known that ends */
  readonly cameras: number | undefined;
  readonly first: ResourceName | undefined;
  readonly limits: readonly Limit[];
}

/** What a further camera, or a further rule, takes of each resource. */
export interface Cost {
  readonly name: ResourceName;
  readonly unit: string;
  readonly still: number | undefined;
  readonly usual: number | undefined;
  readonly busy: number | undefined;
  readonly rule: number | undefined;
}

/**
 * A full disk ends no watching: recordings reach back fewer days then. It is told, and not counted among what cameras are lost to.
 */
const YIELDING: readonly ResourceName[] = ['disk space'];

/** The most cameras whose needs every resource meets. */
export function capacityOf(plan: Plan): Capacity {
  const limits = resourcesOf(plan, 1).map(({ name }) => limitOf(plan, name));
  const hard = limits.filter(({ name, cameras }) => cameras !== undefined && !YIELDING.includes(name));
  const first = hard.toSorted((a, b) => (a.cameras ?? 0) - (b.cameras ?? 0))[0];
  return { cameras: first?.cameras, first: first && (first.cameras ?? 0) < MOST_CAMERAS ? first.name : undefined, limits };
}

function limitOf(plan: Plan, name: ResourceName): Limit {
  const resource = (cameras: number): Resource | undefined => resourcesOf(plan, cameras).find((one) => one.name === name);
  const one = resource(1);
  const lacks = one ? lacking(one) : [];
  if (lacks.length > 0) return { name, cameras: undefined, lacks };
  const holds = (cameras: number): boolean => {
    const found = resource(cameras);
    return found !== undefined && (shareTaken(found) ?? Infinity) <= 1;
  };
  // what some cameras take grows with their number, so that the last that fits can be halved in on
  let [fits, fails] = [0, MOST_CAMERAS + 1];
  while (fails - fits > 1) {
    const middle = Math.floor((fits + fails) / 2);
    if (holds(middle)) fits = middle;
    else fails = middle;
  }
  return { name, cameras: fits, lacks };
}

/** Figures that a resource rests on and that nobody knows. */
export function lacking({ has, takes }: Resource): FigureName[] {
  return [has, ...takes].flatMap((part) => (isUnknown(part) ? [part.lacks] : []));
}

/** What one more of each takes on average, beside `cameras` that are there. `usual`: active so much of the time. */
export function costsOf(plan: Plan, cameras: number, usual: number): Cost[] {
  const taken = (of: Plan, count: number, name: ResourceName): number | undefined => {
    const found = resourcesOf(of, count).find((one) => one.name === name);
    return !found || found.takes.some(isUnknown) ? undefined : sum(found.takes);
  };
  return resourcesOf(plan, 1).map(({ name, unit }) => {
    const of = (active: number): number | undefined => less(taken({ ...plan, active }, 1, name), taken({ ...plan, active }, 0, name));
    const [still, busy] = [of(0), of(1)];
    const mixed = still === undefined || busy === undefined ? undefined : still + usual * (busy - still);
    const rule = less(taken({ ...plan, rules: plan.rules + 1 }, cameras, name), taken(plan, cameras, name));
    return { name, unit, still, usual: mixed, busy, rule };
  });
}

function less(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b;
}

/** How much longer than the hop it is between two looks at an active camera, where the model has more to do than it can: 1 while it keeps up. */
export function lookStretch(plan: Plan, cameras: number): number | undefined {
  const model = resourcesOf(plan, cameras).find(({ name }) => name === 'model');
  const share = model && shareTaken(model);
  return share === undefined ? undefined : Math.max(1, share);
}

/** Days that recordings reach back with so many cameras; undefined where nothing is recorded or the disk is not known. */
export function daysKept(plan: Plan, cameras: number): number | undefined {
  const space = resourcesOf(plan, cameras).find(({ name }) => name === 'disk space');
  const [recordings, log] = space?.takes ?? [];
  if (!space || isUnknown(space.has) || !recordings || isUnknown(recordings) || recordings.value === 0) return undefined;
  const room = Math.max(0, space.has.value - (log && !isUnknown(log) ? log.value : 0));
  return Math.min(plan.days, (plan.days * room) / recordings.value);
}
