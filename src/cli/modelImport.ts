import type { Command } from 'commander';
import { Option } from 'commander';
import { join } from 'node:path';
import { BLOCKS, DEFAULT_BLOCK } from '../import/plan.ts';
import { PRECISIONS } from '../qwen3vl/checkpoint/manifest.ts';
import type { Manifest, Precision } from '../qwen3vl/checkpoint/manifest.ts';
import { jsonOption } from './options.ts';
import { print, printJson, printTable } from './print.ts';
import { amount, progressBar } from './progressBar.ts';

interface ImportCommandOptions {
  readonly precision?: Precision;
  readonly block?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const DESCRIPTION = `Makes a model folder of a Qwen3-VL checkpoint in Hugging Face layout, which Lookout opens like any other.

  fp32  the published weights, computed in float32; nothing is copied
  fp16  the same; on a GPU the decoder's products are in float16
  int8  the decoder's matrices in blocks of weights of 8 bits, a scale each
  int4  the same at 4 bits, its head at 8

Embeddings, norms and the vision tower stay as published. What the precision costs is measured and stored beside the weights.
An import that was cut short is taken up again by the same command.`;

export function registerImport(model: Command): void {
  model
    .command('import')
    .summary('make a model folder of a published checkpoint, smaller if wanted')
    .description(DESCRIPTION)
    .argument('<hf-directory>', 'config.json, tokenizer.json, *.safetensors …')
    .addOption(new Option('--precision <precision>', 'default: fp32 for weights of less than 1 GB, else int4').choices([...PRECISIONS]))
    .addOption(new Option('--block <weights>', 'that share a scale, at int8 and int4; fewer: nearer to the published ones, larger, slower').choices(BLOCKS.map(String)).default(String(DEFAULT_BLOCK)))
    .option('--out <dir>', 'folder to make (default: models/<name>-<precision>)')
    .addOption(jsonOption('the manifest as one JSON object'))
    .action(importCommand);
}

async function importCommand(dir: string, opts: ImportCommandOptions): Promise<void> {
  const { openSource } = await import('../import/source.ts');
  const { defaultPrecision, importModel } = await import('../import/importModel.ts');
  const source = openSource(dir);
  try {
    const precision = opts.precision ?? defaultPrecision(source);
    const block = BLOCKS.find((size) => String(size) === opts.block) ?? DEFAULT_BLOCK;
    const out = opts.out ?? join('models', `${source.name}-${precision}`);
    const manifest = await importModel({ source, out, precision, block, stage: (label, total, unit) => progressBar({ label, total, unit }) });
    if (opts.json) printJson({ out, ...manifest });
    else report(out, manifest);
  } finally {
    source.weights.close();
  }
}

function report(out: string, { source, precision, files, error }: Manifest): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  print(`${out} holds ${source.name} at ${precision}: ${amount(bytes, 'bytes')}. Name it in the configuration as model.name.`);
  if (!error) return;
  const kinds = Object.entries(error.weights);
  if (kinds.length > 0) {
    print('', 'Error of the weights, root mean square relative to theirs:');
    printTable(['matrix', 'error'], kinds.map(([kind, value]) => [kind, value.toPrecision(3)]));
  }
  const { typical, worst, bound } = error.logits;
  print('', `Error of the logits, largest difference relative to the largest logit: ${typical.toPrecision(3)} typically, ${worst.toPrecision(3)} at worst.`);
  print(`\`lookout model check\` takes differences up to ${bound.toPrecision(3)} for this precision's own.`);
}
