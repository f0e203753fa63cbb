/** Arithmetic over one step's logits [vocabulary]; what is no number comes last in every order. */

/** The first of the largest, as torch's argmax has it. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  let most = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i] as number;
    if (logit > most) {
      best = i;
      most = logit;
    }
  }
  return best;
}

/** The `count` tokens of the largest logits, in order, the first of equals first. */
export function largest(logits: Float32Array, count: number): number[] {
  const found: number[] = [];
  let least = -Infinity;
  for (let token = 0; token < logits.length; token++) {
    if (found.length === count && !((logits[token] as number) > least)) continue;
    let at = found.length;
    while (at > 0 && precedes(logits, token, found[at - 1] as number)) at--;
    found.splice(at, 0, token);
    if (found.length > count) found.pop();
    if (found.length === count) least = rank(logits[found[count - 1] as number] as number);
  }
  return found;
}

/** Whether `token` goes before `other`: by its logit, then by its number. */
export function precedes(logits: Float32Array, token: number, other: number): boolean {
  const a = rank(logits[token] as number);
  const b = rank(logits[other] as number);
  return a > b || (a === b && token < other);
}

function rank(logit: number): number {
  return Number.isNaN(logit) ? -Infinity : logit;
}

/** exp(-x) for x = 0, 1/STEPS, 2/STEPS … RANGE; what is farther below the largest logit does not count at this precision. */
const STEPS = 256;
const RANGE = 40;
const POWERS = Float64Array.from({ length: RANGE * STEPS + 1 }, (_, i) => Math.exp(-i / STEPS));

/**
 * Softmax of `logits` at `token`, to seven digits; `most` is the argmax. A vocabulary of 150,000 would spend more than a
 * millisecond per token in Math.exp.
 */
export function probabilityOf(logits: Float32Array, token: number, most = argmax(logits)): number {
  const top = logits[most] as number;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const below = top - (logits[i] as number);
    if (!(below < RANGE)) continue;
    const step = (below * STEPS) | 0;
    const rest = below - step / STEPS;
    sum += (POWERS[step] as number) * (1 - rest * (1 - rest / 2));
  }
  return Math.exp((logits[token] as number) - top) / sum;
}
