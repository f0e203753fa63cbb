import type { GenerateResult } from '../../src/qwen3vl/model.ts';
import type { Told, WatchedClip } from './watched.ts';

export interface Comparison {
  /** for people */
  readonly told: string;
  /** of ours */
  readonly events: number;
  /** names of the clips whose events differ, in text or time */
  readonly unequal: readonly string[];
  /** and of those whose alerts do, by rule or time */
  readonly alertedOtherwise: readonly string[];
  /** of each first answer that differs in a clip, how probable ours found the first token that does */
  readonly unsure: readonly number[];
}

/** Times are equal to the millisecond that people are told. */
const same = (a: readonly Told[], b: readonly Told[]): boolean => words(a) === words(b);
const words = (all: readonly Told[]): string =>
  all.map(({ text, start, end }) => `${Math.round(start)} ${end === null ? '' : Math.round(end)} ${text}`).toSorted().join('\n');

export function compareClips(ours: readonly WatchedClip[], theirs: readonly WatchedClip[]): Comparison {
  const pairs = ours.flatMap((a, i) => {
    const b = theirs[i];
    return b ? [{ a, b }] : [];
  });
  const unequal = pairs.filter(({ a, b }) => !same(a.events, b.events));
  const alertedOtherwise = pairs.filter(({ a, b }) => !same(a.alerts, b.alerts));
  const parted = pairs.flatMap(({ a, b }) => firstParting(a, b) ?? []);
  const answers = pairs.reduce((sum, { a }) => sum + a.answers.length, 0);
  const events = pairs.reduce((sum, { a }) => sum + a.events.length, 0);
  const alerts = pairs.reduce((sum, { a }) => sum + a.alerts.length, 0);
  const lines = [
    `the same events in ${pairs.length - unequal.length} of ${pairs.length} clips (${events} events), the same alerts in ${pairs.length - alertedOtherwise.length} (${alerts} alerts); ${answers} answers, ${parted.length} clips with one that differs in a letter`,
    ...parted.map(({ clip, ours: said, theirs: other, sure }) => `${clip}: ${said}\n  theirs: ${other}\n  ours was ${sure.toFixed(2)} sure of the first token that differs`),
    ...unequal.map(({ a, b }) => `${a.name}, events of ours:\n${words(a.events)}\n  theirs:\n${words(b.events)}`),
    ...alertedOtherwise.map(({ a, b }) => `${a.name}, alerts of ours:\n${words(a.alerts)}\n  theirs:\n${words(b.alerts)}`),
  ];
  const namesOf = (some: typeof pairs): string[] => some.map(({ a }) => a.name);
  return { told: lines.join('\n'), events, unequal: namesOf(unequal), alertedOtherwise: namesOf(alertedOtherwise), unsure: parted.map(({ sure }) => sure) };
}

interface Parting {
  readonly clip: string;
  readonly ours: string;
  readonly theirs: string;
  readonly sure: number;
}

/** The first answer that differs from what the other said to the same question: what follows it in a clip may differ because it does. */
function firstParting(a: WatchedClip, b: WatchedClip): Parting | undefined {
  const theirs = new Map<string, string>();
  b.asked.forEach((question, i) => theirs.has(question) || theirs.set(question, b.answers[i]?.text ?? ''));
  for (const [i, said] of a.answers.entries()) {
    const other = theirs.get(a.asked[i] ?? '');
    if (other !== undefined && other.trim() !== said.text.trim()) return { clip: a.name, ours: said.text, theirs: other, sure: surenessAt(said, other) };
  }
  return undefined;
}

/** How probable the answer's model found its own token where another's text parts from it. */
function surenessAt({ text, pieces, probabilities }: GenerateResult, other: string): number {
  let at = 0;
  while (at < text.length && text[at] === other[at]) at += 1;
  let end = 0;
  for (const [i, piece] of pieces.entries()) {
    end += piece.length;
    if (end > at) return probabilities[i] ?? 1;
  }
  return probabilities.at(-1) ?? 1;
}
