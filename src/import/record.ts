import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { MANIFEST_FORMAT } from '../qwen3vl/checkpoint/manifest.ts';
import type { FileRecord, Precision } from '../qwen3vl/checkpoint/manifest.ts';
import { sha256Of } from './checksum.ts';
import type { ImportFolder } from './folder.ts';
import type { Journal } from './journal.ts';
import type { ImportPlan } from './plan.ts';
import type { Source } from './source.ts';

/** What is under way, as it is shown. */
export interface Stage {
  advance(n: number): void;
  done(): void;
}
/** Told what is begun: `total` in `unit`, bytes or layers. */
export type BeginStage = (label: string, total: number, unit: string) => Stage;

/** Checksums of the source's shards; those that an earlier run took of the same files stand in the journal. */
export async function readSource(source: Source, stage: BeginStage, journal: Journal): Promise<FileRecord[]> {
  const files = source.weights.files.map(({ path }, i) => ({ path, file: source.weights.names[i] ?? '', ...sizeOf(path) }));
  const bar = stage('Checking', files.reduce((sum, { bytes }) => sum + bytes, 0), 'bytes');
  const records: FileRecord[] = [];
  for (const { path, file, bytes, modified } of files) {
    const known = journal.read(path);
    const same = known?.bytes === bytes && known.modified === modified;
    const sha256 = same ? known.sha256 : await sha256Of(path, (n) => bar.advance(n));
    if (same) bar.advance(bytes);
    else journal.add({ path, bytes, modified, sha256 });
    records.push({ file, bytes, sha256 });
  }
  bar.done();
  return records;
}

/** Checksums of files as they stand in the folder. */
export async function checksums(folder: ImportFolder, files: readonly string[], stage?: BeginStage): Promise<FileRecord[]> {
  const sizes = files.map((file) => ({ file, ...sizeOf(folder.file(file)) }));
  const bar = stage?.('Verifying', sizes.reduce((sum, { bytes }) => sum + bytes, 0), 'bytes');
  const records: FileRecord[] = [];
  for (const { file, bytes } of sizes) records.push({ file, bytes, sha256: await sha256Of(folder.file(file), (n) => bar?.advance(n)) });
  bar?.done();
  return records;
}

/** Changes whenever an earlier run's work is of no use. */
export function fingerprint({ weights, checkpoint }: Source, precision: Precision, plan: ImportPlan | undefined): string {
  const hash = createHash('sha256').update(`${MANIFEST_FORMAT} ${precision} ${plan?.block ?? ''}\n${checkpoint.configText}\n`);
  for (const { path } of weights.files) {
    const { bytes, modified } = sizeOf(path);
    hash.update(`${path} ${bytes} ${modified}\n`);
  }
  for (const { header } of plan?.layout.shards ?? []) hash.update(header);
  return hash.digest('hex');
}

function sizeOf(path: string): { readonly bytes: number; readonly modified: number } {
  const { size, mtimeMs } = statSync(path);
  return { bytes: size, modified: mtimeMs };
}
