import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { LookoutError } from '../errors.ts';
import { MANIFEST } from '../qwen3vl/checkpoint/manifest.ts';
import { sync } from './checksum.ts';

const LOCK = 'lock';
const JOURNAL = 'journal.jsonl';
const SMALL_FILES = ['.json', '.txt', '.jinja', '.md', ''];
/** Larger files are no configuration. */
const SMALL = 64 * 2 ** 20;

/** The folder that an import works in, beside the one that it becomes: `OUT.importing`. */
export class ImportFolder {
  readonly out: string;
  readonly work: string;

  /** MODEL_FOLDER where `out` is taken. */
  constructor(out: string) {
    this.out = resolve(out);
    this.work = `${this.out}.importing`;
    if (existsSync(this.out)) throw new LookoutError('MODEL_FOLDER', `${out} is there already.`);
  }

  get journal(): string {
    return this.file(JOURNAL);
  }

  file(name: string): string {
    return join(this.work, name);
  }

  /** MODEL_FOLDER where another process is at work in it. */
  begin(): void {
    mkdirSync(this.work, { recursive: true });
    const holder = existsSync(this.file(LOCK)) ? Number(readFileSync(this.file(LOCK), 'utf8')) : 0;
    if (holder !== process.pid && isImporting(holder)) throw new LookoutError('MODEL_FOLDER', `${this.out} is being imported by process ${holder}.`);
    writeFileSync(this.file(LOCK), String(process.pid));
  }

  /** Lets go of the folder; what is done stays. */
  leave(): void {
    rmSync(this.file(LOCK), { force: true });
  }

  /** Copies what stands beside the weights; returns the files' names. `index` takes the place of the weights' index where they were written anew. */
  copySmallFiles(from: string, weightsAnew: boolean): string[] {
    const names = readdirSync(from).filter((name) => {
      const stat = statSync(join(from, name), { throwIfNoEntry: false });
      const replaced = name === MANIFEST || (weightsAnew && name.endsWith('.safetensors.index.json'));
      return stat?.isFile() === true && stat.size <= SMALL && SMALL_FILES.includes(extname(name)) && !name.startsWith('.') && !replaced;
    });
    for (const name of names) copyFileSync(join(from, name), this.file(name));
    return names;
  }

  /** A second name for a file, so that its bytes are there once; a link to it where that is on another disk. */
  link(path: string, name: string): void {
    rmSync(this.file(name), { force: true });
    try {
      linkSync(path, this.file(name));
    } catch {
      // another disk, or one that knows no second names
      symlinkSync(path, this.file(name));
    }
  }

  /** Removes all but `files`, brings them to the disk, and gives the folder its name: from one moment to the next a whole model. */
  finish(files: readonly string[]): void {
    for (const name of readdirSync(this.work)) if (!files.includes(name)) rmSync(this.file(name), { recursive: true });
    for (const name of files) sync(this.file(name));
    sync(this.work);
    renameSync(this.work, this.out);
    sync(dirname(this.out));
  }
}

/** Whether a process is there and looks like one of ours; numbers of processes come round again. */
function isImporting(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const command = `/proc/${pid}/cmdline`;
  return !existsSync(command) || /node|lookout/.test(readFileSync(command, 'utf8'));
}
