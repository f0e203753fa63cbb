import { figuresOf, median, ourSpeed, rounded, theirSpeed } from './figures.ts';
import type { Findings, SpeedFigures } from './figures.ts';

/** The findings at one size as two tables in Markdown. */
export function tables(found: Findings): string[] {
  return [...speedTable(found), '', ...costTable(found)];
}

function speedTable(found: Findings): string[] {
  const promptTokens = found.fp32?.result.promptTokens ?? 0;
  const columns: readonly (SpeedFigures | undefined)[] = [
    ourSpeed(found.fp32),
    ourSpeed(found.int4),
    theirSpeed(found.torch, promptTokens),
    theirSpeed(found.torchBf16, promptTokens),
  ];
  const row = (name: string, of: (figures: SpeedFigures) => number): string => cells(name, ...columns.map((c) => (c ? show(of(c)) : '–')));
  return [
    cells('', 'Lookout fp32', 'Lookout int4', 'PyTorch fp32', 'PyTorch bf16'),
    '|---|---|---|---|---|',
    row('prefill, tokens/s', (f) => f.prefill_tokens_per_s),
    row('decode, tokens/s', (f) => f.decode_tokens_per_s),
    row('peak memory, MB', (f) => f.peak_mb),
  ];
}

function costTable(found: Findings): string[] {
  const { hop, rules, lag, kvTax, quantised } = found;
  const figures = figuresOf(found);
  const rows = [cells('', 'ratio', 'ms', 'beside'), '|---|---|---|---|'];
  if (hop) {
    const h = hop.result;
    const beside = `identical tokens ${h.identical} of ${h.windows}; ${show(h.tokens)} tokens in ${show(h.warmRuns)} decoder runs against ${show(h.coldRuns)}; without the answer's decoding ${against(h.warmVideo, h.coldVideo)}; left when the window closes ${show(median(h.closing))} ms`;
    rows.push(cells('warm hop / cold window', show(figures.warm_hop_vs_cold), `${show(median(h.warm))} / ${show(median(h.cold))}`, beside));
  }
  if (rules) {
    const r = rules.result;
    rows.push(cells(`${r.count} rules / 1 rule`, show(figures.rules50_vs_rules1), `${show(median(r.many))} / ${show(median(r.one))}`, 'an event never seen before'));
  }
  if (kvTax) {
    const k = kvTax.result;
    const beside = `a step after ${k.context} tokens, ${show(k.cacheMb)} MB of keys and values`;
    rows.push(cells('KV in place / through JavaScript', against(k.inPlace, k.roundTrip), `${show(median(k.inPlace))} / ${show(median(k.roundTrip))}`, beside));
  }
  if (quantised) {
    const { seconds, bytes, logitsError } = quantised.result;
    const beside = `${show(bytes / 1e6)} MB of weights, peak memory ${show(quantised.peakMb)} MB, error of the logits ${show(logitsError)}`;
    rows.push(cells('import at int4', '', show(seconds * 1000), beside));
  }
  if (lag) {
    const l = lag.result;
    const beside = `p99 (p50 ${show(l.p50)}, max ${show(l.max)}) of timers at 1 ms; ${l.windows} windows of ${l.cameras} cameras in ${show(l.seconds)} s`;
    rows.push(cells('event loop of the daemon', '', show(l.p99), beside));
  }
  return rows;
}

function against(a: readonly number[], b: readonly number[]): string {
  return show(median(a) / median(b));
}

function show(value: number | null): string {
  return value === null || Number.isNaN(value) ? '–' : String(Math.abs(value) >= 1000 ? Math.round(value) : rounded(value));
}

function cells(...texts: readonly string[]): string {
  return `| ${texts.join(' | ')} |`;
}
