import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { shown } from '../config/document.ts';
import type { Config } from '../config/schema.ts';
import { cannotWrite } from '../config/write.ts';
import { LookoutError } from '../errors.ts';
import { FIGURE_NAMES } from './catalogue.ts';
import type { FigureName } from './catalogue.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Values } from './figures.ts';

/** Some forty numbers; whatever is larger is no file of figures. */
const MOST_BYTES = 64 * 1024;

const figure = z.number().min(0).max(1e9);
const words = z.record(z.string().max(64), z.string().max(500));

/** As `--measure` writes it; for `--from` the figures alone do. */
const fileSchema = z.strictObject({
  version: z.literal(1).default(1),
  measured_at: z.iso.datetime().optional(),
  stream: z.string().max(200).optional(),
  fingerprint: z.strictObject({ machine: words, model: words, config: words }).optional(),
  figures: z.strictObject(Object.fromEntries(FIGURE_NAMES.map((name) => [name, figure.optional()])) as Record<FigureName, z.ZodOptional<typeof figure>>),
});

export interface FiguresFile {
  /** wall clock, ms; 0 where it is not told */
  readonly at: number;
  /** what was looked at, in words */
  readonly stream: string;
  readonly fingerprint: Fingerprint | undefined;
  readonly values: Values;
}

/** Where this configuration's figures are kept: beside its log. Undefined where the log is in memory. */
export function figuresPath({ store }: Pick<Config, 'store'>): string | undefined {
  return store.path === ':memory:' ? undefined : join(dirname(store.path), 'capacity.json');
}

/** @returns undefined where there is no such file. @throws LookoutError CAPACITY_FIGURES */
export function readFigures(file: string): FiguresFile | undefined {
  const text = textOf(file);
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new LookoutError('CAPACITY_FIGURES', `${shown(file)} is not JSON.`);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new LookoutError('CAPACITY_FIGURES', `${shown(file)}: ${issue?.path.map(String).join('.') || 'the file'}: ${issue?.message ?? 'is not valid'}.`);
  }
  const { measured_at: at, stream = '', fingerprint, figures } = parsed.data;
  const values = Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined)) as Values;
  return { at: at ? Date.parse(at) : 0, stream, fingerprint, values };
}

/** Replaces the file as one. @throws LookoutError CONFIG_WRITE */
export function writeFigures(file: string, { at, stream, fingerprint, values }: FiguresFile): void {
  const body = { version: 1, measured_at: new Date(at).toISOString(), stream, fingerprint, figures: values };
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(body, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** A regular file's text, bounded: a pipe or a device would hold whoever asks. */
function textOf(file: string): string | undefined {
  let handle: number;
  try {
    // a pipe without a writer would never open
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new LookoutError('CAPACITY_FIGURES', `${shown(file)} cannot be read.`, { cause: error });
  }
  try {
    const about = fstatSync(handle);
    if (!about.isFile()) throw new LookoutError('CAPACITY_FIGURES', `${shown(file)} is no file.`);
    if (about.size > MOST_BYTES) throw new LookoutError('CAPACITY_FIGURES', `${shown(file)} is larger than ${MOST_BYTES} bytes.`);
    const bytes = Buffer.alloc(MOST_BYTES);
    return bytes.toString('utf8', 0, readSync(handle, bytes, 0, MOST_BYTES, 0));
  } finally {
    closeSync(handle);
  }
}
