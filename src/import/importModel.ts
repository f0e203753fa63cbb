import { writeFileSync } from 'node:fs';
import { LookoutError } from '../errors.ts';
import { GraphWeights } from '../qwen3vl/graph/graphWeights.ts';
import { MANIFEST, MANIFEST_FORMAT } from '../qwen3vl/checkpoint/manifest.ts';
import type { Manifest, Precision } from '../qwen3vl/checkpoint/manifest.ts';
import { Weights } from '../qwen3vl/checkpoint/weights.ts';
import { convert, jobName } from './convert.ts';
import { ImportFolder } from './folder.ts';
import { Journal } from './journal.ts';
import { measureLogits } from './measure.ts';
import type { LogitsError } from './measure.ts';
import { planImport } from './plan.ts';
import type { Block } from './plan.ts';
import type { ImportPlan } from './plan.ts';
import { checksums, fingerprint, readSource } from './record.ts';
import type { BeginStage } from './record.ts';
import { requireDisk, requireMemory } from './room.ts';
import type { Resources } from './room.ts';
import type { Source } from './source.ts';

export interface ImportOptions extends Resources {
  readonly source: Source;
  readonly out: string;
  readonly precision: Precision;
  /** the most weights that share a scale, at int8 and int4 */
  readonly block?: Block;
  readonly stage: BeginStage;
}

/** Below this many bytes of weights nothing is won by quantising. */
const SMALL = 1e9;
/** How much more than the worst probe a check lets pass. */
const MARGIN = 1.5;

export function defaultPrecision({ weights }: Source): Precision {
  return weights.all().reduce((sum, { length }) => sum + length, 0) < SMALL ? 'fp32' : 'int4';
}

/**
 * Makes of an opened checkpoint a folder `out` in the same layout that opens like any other. At fp32 and fp16 its weights are the
 * published files themselves, by a second name; at int8 and int4 the decoder's matrices are quantised into new ones. It is made in
 * `out`.importing, where an import that was cut short is taken up again, and appears in one piece. Errors before any work:
 * MODEL_FOLDER, MODEL_DISK_SPACE, MODEL_MEMORY.
 */
export async function importModel(options: ImportOptions): Promise<Manifest> {
  const { source, precision } = options;
  const folder = new ImportFolder(options.out);
  const bits = precision === 'int4' ? 4 : precision === 'int8' ? 8 : undefined;
  const plan = bits && planImport(source.checkpoint.config, source.weights, bits, options.block);
  if (plan) await requireDisk(plan, folder, options);
  if (precision !== 'fp32') requireMemory(source.checkpoint.config, options);
  try {
    folder.begin();
  } catch (error) {
    throw inFolder(error, options.out);
  }
  try {
    return await fill(options, folder, plan);
  } catch (error) {
    throw inFolder(error, options.out);
  } finally {
    folder.leave();
  }
}

async function fill(options: ImportOptions, folder: ImportFolder, plan: ImportPlan | undefined): Promise<Manifest> {
  const { source, precision } = options;
  const journal = new Journal(folder.journal, fingerprint(source, precision, plan));
  const shards = await readSource(source, options.stage, journal);
  const written = plan ? plan.layout.shards.map(({ file }) => file) : source.weights.names;
  if (plan) {
    const stage = options.stage('Quantising', plan.jobs.reduce((sum, { weight }) => sum + weight.length, 0), 'bytes');
    await convert(plan, folder.work, journal, (bytes) => stage.advance(bytes));
    stage.done();
    if (plan.layout.index) writeFileSync(folder.file('model.safetensors.index.json'), plan.layout.index);
  } else {
    for (const [i, name] of source.weights.names.entries()) folder.link(source.weights.files[i]?.path ?? '', name);
  }
  const small = folder.copySmallFiles(source.checkpoint.dir, plan !== undefined);
  if (plan?.layout.index) small.push('model.safetensors.index.json');
  const error = precision === 'fp32' ? undefined : { weights: weightErrors(plan, journal), logits: await logitsError(options, folder.work) };
  const sums = plan ? await checksums(folder, written, options.stage) : shards;
  const manifest: Manifest = {
    format: MANIFEST_FORMAT,
    precision,
    ...(plan && { block: plan.block }),
    source: { name: source.name, shards },
    files: [...sums, ...(await checksums(folder, small))],
    ...(error && { error }),
  };
  writeFileSync(folder.file(MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  folder.finish([...written, ...small, MANIFEST]);
  return manifest;
}

async function logitsError({ source, precision, stage }: ImportOptions, dir: string): Promise<LogitsError & { readonly bound: number }> {
  const { checkpoint, weights, graphs } = source;
  const bar = stage('Measuring', checkpoint.config.text.layers + 1, 'layers');
  const made = new Weights(dir);
  made.close();
  const measured = { config: checkpoint.config, weights, published: graphs, imported: new GraphWeights(made), half: precision === 'fp16' };
  const error = await measureLogits(measured, (n) => bar.advance(n));
  bar.done();
  return { ...error, bound: error.worst * MARGIN };
}

/** Root mean square error of each kind of matrix, relative to that of its weights. */
function weightErrors(plan: ImportPlan | undefined, journal: Journal): Record<string, number> {
  const sums = new Map<string, { squared: number; energy: number }>();
  for (const job of plan?.jobs ?? []) {
    const done = job.quantize && journal.done(jobName(job));
    if (!done) continue;
    const sum = sums.get(job.quantize.kind) ?? { squared: 0, energy: 0 };
    sums.set(job.quantize.kind, { squared: sum.squared + done.squared, energy: sum.energy + done.energy });
  }
  return Object.fromEntries([...sums].map(([kind, { squared, energy }]) => [kind, energy === 0 ? 0 : Math.sqrt(squared / energy)]));
}

/** What the disk says, as a coded error. */
function inFolder(error: unknown, out: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof LookoutError || code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new LookoutError('MODEL_DISK_SPACE', `The disk of ${out} became full.`, { cause: error });
  return new LookoutError('MODEL_FOLDER', `${out} cannot be made: ${String(error)}.`, { cause: error });
}
