import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LookoutError } from '../../src/errors.ts';
import { figuresOf, ourSpeed, theirSpeed } from './figures.ts';
import type { Findings } from './figures.ts';
import { describeMachine, machineLine } from './machine.ts';
import { measureSize } from './measureSize.ts';
import { sizeOf } from './sizes.ts';
import type { SizeName } from './sizes.ts';
import { tables } from './table.ts';
import { findPython } from './torch.ts';

const USAGE = 'npm run bench:model -- [--size demo|2b|all] [--threads n] [--python PATH] [--dir FOLDER] [--json]';
const NO_PYTHON =
  'No Python with torch, transformers and safetensors: nothing to compare with. ' +
  'python3 -m venv v && v/bin/pip install torch transformers safetensors, then --python v/bin/python or LOOKOUT_PYTHON.';

/**
 * Measures this runtime side by side with the Hugging Face implementation, and what its shortcuts save. Asserts nothing. The 2B
 * checkpoint, 4.3 GB, is written into a temporary folder that is gone afterwards, or into --dir, where it stays for the next run.
 */
async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { size: text, threads: text, python: text, dir: text, json: { type: 'boolean' } } });
  const names = sizesOf(values.size ?? 'demo');
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) throw new LookoutError('USAGE', USAGE);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);

  const python = findPython(values.python);
  if (!python) say(NO_PYTHON);
  const machine = describeMachine(python?.versions);
  const dir = values.dir ?? mkdtempSync(join(tmpdir(), 'lookout-bench-'));
  const found: Partial<Record<SizeName, Findings>> = {};
  console.log(machineLine(machine));
  try {
    for (const name of names) {
      const size = { ...sizeOf(name, availableParallelism()), ...(threads === undefined ? {} : { threads }) };
      found[name] = await measureSize(name, size, dir, python?.path, say);
      console.log(`\n${title(name, size.threads, found[name])}\n`);
      for (const line of tables(found[name])) console.log(line);
    }
  } finally {
    if (values.dir === undefined) rmSync(dir, { recursive: true, force: true });
  }
  if (values.json) console.log(JSON.stringify(report(machine, found, names)));
}

function sizesOf(given: string): readonly SizeName[] {
  if (given === 'all') return ['demo', '2b'];
  if (given === 'demo' || given === '2b') return [given];
  throw new LookoutError('USAGE', USAGE);
}

function title(name: SizeName, threads: number, { fp32 }: Findings): string {
  const model = name === 'demo' ? 'The demo checkpoint' : 'Qwen3-VL 2B at its real dimensions, random weights';
  const prompt = fp32 ? `, prompts of ${fp32.result.promptTokens} tokens, ${fp32.result.visualTokens} of them visual` : '';
  return `${model}; ${threads} thread${threads === 1 ? '' : 's'}${prompt}; medians`;
}

/** The figures of the first size at the top, those of each under its name. */
function report(machine: object, found: Partial<Record<SizeName, Findings>>, names: readonly SizeName[]): object {
  const sizes = names.map((name) => {
    const findings = found[name] ?? {};
    const { fp32, int4, torch, torchBf16, hop } = findings;
    const prompt = fp32?.result.promptTokens ?? 0;
    const speeds = { fp32: ourSpeed(fp32), int4: ourSpeed(int4), pytorch: theirSpeed(torch, prompt), pytorch_bf16: theirSpeed(torchBf16, prompt) };
    const identical = hop && { identical_hops: hop.result.identical, hops: hop.result.windows };
    return [name, { ...figuresOf(findings), ...identical, ...speeds }] as const;
  });
  return { ...figuresOf(found[names[0] ?? 'demo'] ?? {}), ...Object.fromEntries(sizes), machine };
}

await main();
