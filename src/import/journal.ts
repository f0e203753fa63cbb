import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const doneSchema = z.strictObject({ tensor: z.string(), sha256: z.array(sha256), squared: z.number(), energy: z.number() });
/** A tensor that stands written: checksums of what became of it, and the sums of its errors and weights squared. */
export type Done = z.infer<typeof doneSchema>;
const readSchema = z.strictObject({ path: z.string(), bytes: z.number(), modified: z.number(), sha256 });
/** A source file's checksum, and what tells that the file is still the same. */
export type Read = z.infer<typeof readSchema>;
const lineSchema = z.union([z.strictObject({ plan: sha256 }), doneSchema, readSchema]);

/** What an import has done so far, a line of JSON for each piece of work; read again when it was cut short. */
export class Journal {
  readonly #path: string;
  readonly #done = new Map<string, Done>();
  readonly #read = new Map<string, Read>();

  /** Takes up the journal at `path` where it is one of the same plan; begins it anew where it is not. */
  constructor(path: string, plan: string) {
    this.#path = path;
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').flatMap(parsed) : [];
    const [first, ...rest] = lines;
    const same = first !== undefined && 'plan' in first && first.plan === plan;
    for (const line of rest) {
      if ('path' in line) this.#read.set(line.path, line);
      if ('tensor' in line && same) this.#done.set(line.tensor, line);
    }
    // without the line that a kill may have cut short
    const kept = [{ plan }, ...this.#read.values(), ...this.#done.values()];
    writeFileSync(path, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  done(tensor: string): Done | undefined {
    return this.#done.get(tensor);
  }

  read(path: string): Read | undefined {
    return this.#read.get(path);
  }

  add(line: Done | Read): void {
    if ('tensor' in line) this.#done.set(line.tensor, line);
    else this.#read.set(line.path, line);
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`);
  }
}

function parsed(text: string): z.infer<typeof lineSchema>[] {
  try {
    return [lineSchema.parse(JSON.parse(text))];
  } catch {
    return []; // cut short, or the empty one after the last
  }
}
