import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NetworkRules } from '../../../src/network/rules.ts';
import type { SampleOptions } from '../../../src/sample/sampler.ts';

/** What a section of the benchmark is given. */
export interface Bench {
  /** aborts when the run is interrupted */
  readonly signal: AbortSignal;
  /** clips that are kept for the next run */
  readonly folder: string;
  /** `--seconds`: how long each section measures; its own default where not given */
  readonly seconds: number | undefined;
  /** `--cameras` of the section `many` */
  readonly cameras: number;
  /** `--footage`: a labelled video */
  readonly footage: string | undefined;
  say(line: string): void;
  /** Called at the section's end and on interruption, the last one first. */
  defer(stop: () => unknown): void;
}

export type Figure = number | null;

/** What a section found: lines for people (Markdown) and figures for the last line. */
export interface Findings {
  readonly lines: readonly string[];
  readonly figures: Readonly<Record<string, Figure>>;
  /** what lies behind the figures */
  readonly details: object;
}

export type Section = (bench: Bench) => Promise<Findings>;

/** The simulator lives on this machine. */
export const HERE: NetworkRules = { allow: ['127.0.0.1'], tls: 'verify' };
/** As the configuration's defaults have it. */
export const SAMPLE: SampleOptions = { frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 2 };
/** 768 tokens of Qwen3-VL: what the daemon asks for where the checkpoint sets no narrower bound. */
export const FULL_SIZE = { minPixels: 32 * 32, maxPixels: 768 * 32 * 32 };
/** Enough to be read by the demo checkpoint, and cheap. */
export const SMALL_SIZE = { minPixels: 32 * 32, maxPixels: 192 * 128 };
/** What the gate may learn in before anything is measured, s. */
export const LEARNING = 30;

export function clipFolder(): string {
  const folder = join(tmpdir(), 'lookout-bench-ingest');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Waits, and throws when the run is interrupted. */
export async function wait(seconds: number, { signal }: Pick<Bench, 'signal'>): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal });
}

/** A row of a table in Markdown. */
export function cells(...texts: readonly (string | number | null | undefined)[]): string {
  return `| ${texts.map((text) => (typeof text === 'number' ? show(text) : (text ?? '–'))).join(' | ')} |`;
}

/** Three digits that count. */
export function show(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  return String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3)));
}

/** Rounded to five digits; null where it is no number. */
export function figure(value: number | undefined | null): Figure {
  return value === undefined || value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(5));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that at least this share of the values does not exceed; NaN where there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
