import type { Activity } from './activity.ts';
import { meanActive } from './activity.ts';
import { capacityOf, costsOf, daysKept, lacking, lookStretch } from './capacity.ts';
import type { Capacity, Cost } from './capacity.ts';
import { entryOf, FIGURE_NAMES } from './catalogue.ts';
import type { FigureName } from './catalogue.ts';
import { isUnknown, sum } from './demand.ts';
import type { Plan } from './demand.ts';
import { sourceText } from './figures.ts';
import { fleetOf } from './fleet.ts';
import type { Fleet } from './fleet.ts';
import { resourcesOf, shareTaken } from './resources.ts';

/** All that is told, for people and programs alike. */
export interface Report {
  readonly cameras: number;
  readonly active: number;
  readonly activity: Activity | undefined;
  /** why figures are not of this machine, model or configuration as they are now */
  readonly stale: readonly string[];
  readonly capacity: Capacity;
  /** so much of the machine was other programs' while it was measured that the figures are too high; a share, 0..1 */
  readonly disturbed: number | undefined;
  /** with as many cameras as are carried; each line of it with how it was reckoned */
  readonly arithmetic: readonly Reckoned[];
  /** what the present cameras take of each resource, shares */
  readonly now: Readonly<Record<string, number | undefined>>;
  /** times the hop between two looks at an active camera, now */
  readonly stretch: number | undefined;
  readonly days: number | undefined;
  readonly costs: readonly Cost[];
  readonly usual: number;
  readonly fleet: readonly Fleet[];
  readonly figures: readonly { readonly name: FigureName; readonly value: number | undefined; readonly unit: string; readonly what: string; readonly source: string }[];
}

export interface Reckoned {
  readonly name: string;
  readonly unit: string;
  readonly has: number | undefined;
  readonly hasHow: string;
  readonly takes: number | undefined;
  readonly lines: readonly { readonly value: number | undefined; readonly how: string }[];
}

export interface ReportNeeds {
  readonly plan: Plan;
  /** enabled cameras of the configuration */
  readonly cameras: number;
  readonly activity: Activity | undefined;
  readonly usual: number;
  readonly stale: readonly string[];
  readonly fleets: readonly number[];
}

/** The whole reckoning. Pure. */
export function reportOf({ plan, cameras, activity, usual, stale, fleets }: ReportNeeds): Report {
  const capacity = capacityOf(plan);
  const shown = capacity.first === undefined ? Math.max(1, cameras) : (capacity.cameras ?? cameras);
  const now = Object.fromEntries(resourcesOf(plan, cameras).map((resource) => [resource.name, shareTaken(resource)]));
  return {
    cameras, activity, stale, capacity, usual, now,
    disturbed: disturbance(plan),
    active: activity ? meanActive(activity) : plan.active,
    arithmetic: reckoned(plan, shown),
    stretch: lookStretch(plan, cameras),
    days: daysKept(plan, Math.max(1, cameras)),
    costs: costsOf(plan, Math.max(1, cameras), usual),
    fleet: fleets.map((count) => fleetOf(plan, count)),
    figures: FIGURE_NAMES.map((name) => {
      const { unit, what } = entryOf(name);
      const figure = plan.figures[name];
      return { name, value: figure?.value, unit, what, source: figure ? sourceText(figure.source) : 'not known' };
    }),
  };
}

/** Others who take more of the machine than this make everything take longer. */
const QUIET = 0.1;

function disturbance({ figures: { others_cores: others, cores } }: Plan): number | undefined {
  const share = others?.source.kind === 'measured' && cores ? others.value / Math.max(1, cores.value) : 0;
  return share > QUIET ? Math.min(1, share) : undefined;
}

function reckoned(plan: Plan, cameras: number): Reckoned[] {
  return resourcesOf(plan, cameras).map((resource) => {
    const { name, unit, has, takes } = resource;
    const told = (part: (typeof takes)[number]): { value: number | undefined; how: string } => (isUnknown(part) ? { value: undefined, how: `not known: ${part.lacks}` } : part);
    const { value, how } = told(has);
    return { name, unit, has: value, hasHow: how, takes: lacking(resource).length > 0 ? undefined : sum(takes), lines: takes.map(told) };
  });
}
