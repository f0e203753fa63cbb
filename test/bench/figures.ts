import type { Hop } from './hop.ts';
import type { KvTax } from './kvTax.ts';
import type { Lag } from './lag.ts';
import type { Quantised } from './quantise.ts';
import type { Rules } from './rules.ts';
import type { Speed } from './speed.ts';
import type { Measured } from './task.ts';
import type { TorchSpeed } from './torch.ts';

/** All that was measured at one size; what could not be is absent. */
export interface Findings {
  readonly fp32?: Measured<Speed> | undefined;
  readonly int4?: Measured<Speed> | undefined;
  readonly quantised?: Measured<Quantised> | undefined;
  readonly torch?: TorchSpeed | undefined;
  readonly torchBf16?: TorchSpeed | undefined;
  readonly hop?: Measured<Hop> | undefined;
  readonly rules?: Measured<Rules> | undefined;
  readonly lag?: Measured<Lag> | undefined;
  readonly kvTax?: Measured<KvTax> | undefined;
}

/** Speed of one implementation at one precision. */
export interface SpeedFigures {
  /** of the whole prompt, vision tower included */
  readonly prefill_tokens_per_s: number;
  readonly decode_tokens_per_s: number;
  readonly peak_mb: number;
}

export type Figure = number | null;

/** Ratios of speed are ours over theirs, of cost the first over the second; null where one of the two was not measured. */
export interface Figures {
  readonly prefill_vs_pytorch: Figure;
  readonly decode_vs_pytorch: Figure;
  readonly prefill_vs_pytorch_bf16: Figure;
  readonly decode_vs_pytorch_bf16: Figure;
  readonly int4_prefill_vs_fp32: Figure;
  readonly int4_decode_vs_fp32: Figure;
  readonly int4_decode_vs_pytorch_bf16: Figure;
  readonly warm_hop_vs_cold: Figure;
  readonly rules50_vs_rules1: Figure;
  readonly loop_lag_p99_ms: Figure;
  readonly kv_in_place_ms: Figure;
  readonly kv_round_trip_ms: Figure;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

export function ourSpeed(measured: Measured<Speed> | undefined): SpeedFigures | undefined {
  if (!measured) return undefined;
  const { promptTokens, vision, prefill, step } = measured.result;
  const prompt = median(vision.map((ms, i) => ms + (prefill[i] ?? 0)));
  return { prefill_tokens_per_s: (promptTokens * 1000) / prompt, decode_tokens_per_s: 1000 / median(step), peak_mb: measured.peakMb };
}

export function theirSpeed(torch: TorchSpeed | undefined, promptTokens: number): SpeedFigures | undefined {
  return torch && { prefill_tokens_per_s: (promptTokens * 1000) / median(torch.prefill), decode_tokens_per_s: 1000 / median(torch.step), peak_mb: torch.peak_mb };
}

export function figuresOf(found: Findings): Figures {
  const promptTokens = found.fp32?.result.promptTokens ?? 0;
  const [fp32, int4] = [ourSpeed(found.fp32), ourSpeed(found.int4)];
  const [torch, bf16] = [theirSpeed(found.torch, promptTokens), theirSpeed(found.torchBf16, promptTokens)];
  const { hop, rules, lag, kvTax } = found;
  return {
    prefill_vs_pytorch: ratio(fp32?.prefill_tokens_per_s, torch?.prefill_tokens_per_s),
    decode_vs_pytorch: ratio(fp32?.decode_tokens_per_s, torch?.decode_tokens_per_s),
    prefill_vs_pytorch_bf16: ratio(fp32?.prefill_tokens_per_s, bf16?.prefill_tokens_per_s),
    decode_vs_pytorch_bf16: ratio(fp32?.decode_tokens_per_s, bf16?.decode_tokens_per_s),
    int4_prefill_vs_fp32: ratio(int4?.prefill_tokens_per_s, fp32?.prefill_tokens_per_s),
    int4_decode_vs_fp32: ratio(int4?.decode_tokens_per_s, fp32?.decode_tokens_per_s),
    int4_decode_vs_pytorch_bf16: ratio(int4?.decode_tokens_per_s, bf16?.decode_tokens_per_s),
    warm_hop_vs_cold: hop ? ratio(median(hop.result.warm), median(hop.result.cold)) : null,
    rules50_vs_rules1: rules ? ratio(median(rules.result.many), median(rules.result.one)) : null,
    loop_lag_p99_ms: lag ? rounded(lag.result.p99) : null,
    kv_in_place_ms: kvTax ? rounded(median(kvTax.result.inPlace)) : null,
    kv_round_trip_ms: kvTax ? rounded(median(kvTax.result.roundTrip)) : null,
  };
}

function ratio(a: number | undefined, b: number | undefined): Figure {
  return a === undefined || b === undefined || !Number.isFinite(a / b) ? null : rounded(a / b);
}

/** Three digits that count. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
