import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LookoutError } from '../errors.ts';
import { CONFIG, wanted } from './listing.ts';
import type { HubFile } from './listing.ts';

const PARTIAL = '.partial';
const RECORD = '.pull.json';
const recordSchema = z.record(z.string(), z.string());

/**
 * The folder that a checkpoint is pulled into. What has not all arrived is `<file>.partial`, and `.pull.json` says of which
 * file each is the beginning; files get their names when all are verified, `config.json` last: without it a folder is no model.
 */
export class PullFolder {
  readonly dir: string;
  #record: Record<string, string> = {};

  constructor(dir: string) {
    this.dir = dir;
  }

  file(name: string): string {
    return join(this.dir, name);
  }

  partial(name: string): string {
    return join(this.dir, name + PARTIAL);
  }

  /** Bytes of this very file that an earlier pull left. */
  begun({ name, bytes, digest }: HubFile): number {
    const have = statSync(this.partial(name), { throwIfNoEntry: false })?.size ?? 0;
    return this.#record[name] === digest.hex && have <= bytes ? have : 0;
  }

  /** Takes up what an earlier pull left, and forgets beginnings of other files. Errors: MODEL_FOLDER where another model's files are in the way. */
  resume(files: readonly HubFile[]): void {
    const listed = new Set(files.map((file) => file.name));
    const stranger = (existsSync(this.dir) ? readdirSync(this.dir) : []).find((name) => decides(name) && !listed.has(name));
    if (stranger) throw new LookoutError('MODEL_FOLDER', `${this.dir} holds a file of another model, ${stranger}.`);
    this.#record = readRecord(this.file(RECORD));
    for (const name of Object.keys(this.#record)) {
      if (files.some((file) => file.name === name && file.digest.hex === this.#record[name])) continue;
      if (wanted(name)) rmSync(this.partial(name), { force: true });
      delete this.#record[name];
    }
  }

  /** Before the first byte of a file is written. */
  begin({ name, digest }: HubFile): void {
    mkdirSync(this.dir, { recursive: true });
    if (this.#record[name] === digest.hex) return;
    rmSync(this.partial(name), { force: true });
    this.#record[name] = digest.hex;
    writeFileSync(this.file(RECORD), `${JSON.stringify(this.#record)}\n`);
  }

  /** Gives verified files their names. Until the last has its own, the folder is no model: neither the old one nor the new. */
  place(files: readonly HubFile[]): void {
    if (files.length > 0) {
      if (files.some((file) => file.name === CONFIG)) rmSync(this.file(CONFIG), { force: true });
      else renameSync(this.file(CONFIG), this.partial(CONFIG));
      for (const { name } of files) if (name !== CONFIG) renameSync(this.partial(name), this.file(name));
      renameSync(this.partial(CONFIG), this.file(CONFIG));
    }
    rmSync(this.file(RECORD), { force: true });
  }

  /** Removes what a pull began that is of no use. */
  abandon(files: readonly HubFile[]): void {
    for (const { name } of files) rmSync(this.partial(name), { force: true });
    rmSync(this.file(RECORD), { force: true });
    if (existsSync(this.dir) && readdirSync(this.dir).length === 0) rmdirSync(this.dir);
  }
}

/** Files that decide what a folder is taken for; others, such as a recorded reference, may stand beside a model. */
function decides(name: string): boolean {
  return wanted(name) && (name.endsWith('.json') || name === 'model.safetensors');
}

function readRecord(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {}; // cut short by a kill: what it told of is fetched anew
  }
}
