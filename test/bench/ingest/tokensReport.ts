import type { StreamFacts } from '../../../src/camera/facts.ts';
import { eventFigures } from '../../../src/eval/figures.ts';
import { addTallies } from '../../../src/eval/score.ts';
import type { Tally } from '../../../src/eval/score.ts';
import { cells, figure, show } from './bench.ts';
import type { Figure, Findings } from './bench.ts';

/** What one way of choosing frames cost, and what came out of it. */
export interface Run {
  readonly hours: number;
  readonly tally: Tally;
  readonly windows: number;
  /** tokens of every pair of frames, each pair counted once: what the vision tower has to compute */
  readonly tokens: number;
  /** of these, tokens of pairs that no activity showed: looks at a still scene */
  readonly heartbeats: number;
  /** tokens of all windows, in which pairs come again and again: what the decoder reads, kept keys and values not considered */
  readonly shown: number;
  readonly frames: number;
  /** labelled events that the kept frames show, seen.ts */
  readonly seen: number;
}

export type Way = 'gated' | 'ungated' | 'fixed';

export function sumOf(runs: readonly Run[]): Run {
  const sum = (of: (run: Run) => number): number => runs.reduce((s, run) => s + of(run), 0);
  return { hours: sum((r) => r.hours), tally: addTallies(runs.map((r) => r.tally)), windows: sum((r) => r.windows), tokens: sum((r) => r.tokens), heartbeats: sum((r) => r.heartbeats), shown: sum((r) => r.shown), frames: sum((r) => r.frames), seen: sum((r) => r.seen) };
}

export function report(runs: Record<Way, Run>, { moving, fixedRate }: { readonly moving: number; readonly fixedRate: number }, facts: readonly StreamFacts[]): Findings {
  const f1 = (run: Run): number => eventFigures(run.tally).f1 ?? Number.NaN;
  const row = (name: string, run: Run): string => {
    const { recall, precision, matched, labelled, predicted } = eventFigures(run.tally);
    return cells(name, run.tokens / run.hours, run.heartbeats / run.hours, run.shown / run.hours, run.frames / run.hours, run.windows / run.hours, `${show(f1(run))} (${matched} of ${labelled}, ${predicted} said)`, recall, precision, `${run.seen} of ${labelled}`);
  };
  const mean = (of: (f: StreamFacts) => number): number => facts.reduce((sum, f) => sum + of(f), 0) / facts.length;
  const { gated, ungated, fixed } = runs;
  const { hours } = gated;
  const twentieth = fixed.tokens / fixed.hours / 20;
  const still = gated.heartbeats / hours;
  const each = (gated.tokens - gated.heartbeats) / gated.tally.labelled;
  const pair = fixed.tokens / (fixed.hours * 1800 * fixedRate);
  const versus = (of: (run: Run) => number): Figure => figure(of(gated) / gated.hours / (of(fixed) / fixed.hours));
  return {
    lines: [
      `Visual tokens per hour of mostly static footage (${show(hours)} h, ${gated.tally.labelled} events, movement in ${show(100 * moving)} % of the time), and what the demo checkpoint makes of them`,
      '',
      cells('', 'tokens, each pair once', '… of still scenes', 'in all windows', 'frames', 'windows', 'event F1', 'recall', 'precision', 'events in the frames'),
      '|---|---|---|---|---|---|---|---|---|---|',
      row('gate and sampler', gated),
      row('sampler without the gate', ungated),
      row(`fixed ${fixedRate} a second`, fixed),
      '',
      'The demo checkpoint was taught on windows of activity: shown still ones all the time it invents. The sampler without the gate is the fair control of the gate.',
      `An event takes ${show(each / pair)} pairs of frames, looks at still scenes ${show(still / pair)} an hour: 1/20 of the fixed rate is reached at some ${show((twentieth - still) / each)} events an hour; here are ${show(gated.tally.labelled / hours)}.`,
      `The fixed rate was gone through for the first ${show(fixed.hours * 60)} minutes of the clips together, and its F1 is of their events.`,
      `Asleep ${show(100 * mean((f) => f.asleep))} % of the time; ${show(100 * mean((f) => f.decoded / f.packets))} % of the pictures decoded.`,
    ],
    figures: {
      visual_tokens_vs_fixed: versus((run) => run.tokens),
      visual_tokens_shown_vs_fixed: versus((run) => run.shown),
      visual_tokens_per_hour: figure(gated.tokens / hours),
      event_f1: figure(f1(gated)),
      event_f1_ungated: figure(f1(ungated)),
      event_f1_fixed: figure(f1(fixed)),
      event_f1_minus_ungated: figure(f1(gated) - f1(ungated)),
      event_f1_minus_fixed: figure(f1(gated) - f1(fixed)),
      event_recall_gated_vs_full_offline: figure(gated.seen / ungated.seen),
    },
    details: { hours, moving, gated: plain(gated), ungated: plain(ungated), fixed: plain(fixed), asleep: mean((f) => f.asleep) },
  };
}

function plain({ tally, ...rest }: Run): object {
  return { ...rest, ...eventFigures(tally) };
}
