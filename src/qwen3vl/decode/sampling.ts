import { largest } from '../grammar/logits.ts';

/** How tokens are drawn. The same seed draws the same from the same logits. */
export interface Sampling {
  /** above 0: the less, the likelier the likely ones */
  readonly temperature: number;
  /** of the likeliest tokens that make up so much of the whole; 1: of all */
  readonly topP: number;
  /** of so many likeliest tokens; 0: of all */
  readonly topK: number;
  readonly seed: number;
}

/** Tokens drawn from logits [vocabulary] one after another, none twice. */
export type Draw = (logits: Float32Array) => Iterable<number>;

/** Tokens less likely than this, against the likeliest, are never drawn: e^-20. */
const FAINT = 20;
/** More of the likeliest tokens than this are as good as all. */
const MOST_K = 1024;

/** Draws with a state of its own: one for each answer. */
export function sampler({ temperature, topP, topK, seed }: Sampling): Draw {
  const next = random(seed);
  return function* draws(logits) {
    const { tokens, weights } = nucleus(candidates(logits, temperature, topK, topP < 1), topP);
    let left = weights.reduce((sum, weight) => sum + weight, 0);
    for (let count = tokens.length; count > 0; count--) {
      let at = 0;
      for (let rest = next() * left; at < tokens.length - 1 && (rest >= (weights[at] as number) || weights[at] === 0); at++) rest -= weights[at] as number;
      // rounding may lead past the last one
      while (weights[at] === 0 && at > 0) at -= 1;
      yield tokens[at] as number;
      left -= weights[at] as number;
      weights[at] = 0;
    }
  };
}

interface Candidates {
  readonly tokens: readonly number[];
  readonly weights: number[];
}

function candidates(logits: Float32Array, temperature: number, topK: number, ordered: boolean): Candidates {
  const tokens = topK > 0 && topK <= MOST_K ? largest(logits, topK) : likely(logits, FAINT * temperature, ordered);
  const top = tokens.reduce((most, token) => Math.max(most, logits[token] as number), -Infinity);
  return { tokens, weights: tokens.map((token) => Math.exp(((logits[token] as number) - top) / temperature)) };
}

/** The tokens that are no more than `below` under the likeliest one. */
function likely(logits: Float32Array, below: number, ordered: boolean): number[] {
  let top = -Infinity;
  for (const logit of logits) if (logit > top) top = logit;
  const tokens: number[] = [];
  for (let token = 0; token < logits.length; token++) if ((logits[token] as number) >= top - below) tokens.push(token);
  return ordered ? tokens.sort((a, b) => (logits[b] as number) - (logits[a] as number) || a - b) : tokens;
}

/** The first of ordered candidates that make up `share` of all, the one that crosses it included. */
function nucleus({ tokens, weights }: Candidates, share: number): Candidates {
  if (share >= 1) return { tokens, weights };
  const wanted = share * weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  let count = 0;
  while (count < weights.length && (count === 0 || sum < wanted)) sum += weights[count++] as number;
  return { tokens: tokens.slice(0, count), weights: weights.slice(0, count) };
}

/** mulberry32, 0 to 1. */
function random(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
