import type { Command } from 'commander';
import { Option } from 'commander';
import { print, printJson, progress } from './print.ts';
import { jsonOption, parseCount } from './options.ts';
import { registerImport } from './modelImport.ts';
import { registerList } from './modelList.ts';
import { registerPull } from './modelPull.ts';

interface CheckOptions {
  readonly reference: string;
  readonly device: 'auto' | 'cpu' | 'webgpu' | 'cuda';
  readonly threads?: number;
  readonly json?: boolean;
}

export function register(program: Command): void {
  const model = program.command('model').summary('look after models').description('Looks after models.');
  model
    .command('check')
    .summary('compare a model with a recorded reference')
    .description("Runs a model on the input of a reference recorded from Hugging Face's implementation and prints the largest relative error of each part. Exit code 1 where they differ.")
    .argument('<model-dir>', 'folder in Hugging Face layout')
    .requiredOption('--reference <file>', 'safetensors file made by test/reference/record.py')
    .addOption(new Option('--device <device>', 'what it runs on').choices(['auto', 'cpu', 'webgpu', 'cuda']).default('cpu'))
    .option('--threads <n>', 'of the processor', parseCount)
    .addOption(jsonOption('as one JSON object'))
    .action(check);
  registerPull(model);
  registerImport(model);
  registerList(model);
}

async function check(dir: string, opts: CheckOptions): Promise<void> {
  const { checkModel } = await import('../qwen3vl/check/check.ts');
  progress(`Checking ${dir} against ${opts.reference} …`);
  const report = await checkModel(dir, opts.reference, { device: opts.device, ...(opts.threads ? { threads: opts.threads } : {}) });
  if (opts.json) {
    printJson(report);
  } else {
    for (const [part, error] of Object.entries(report.errors)) print(`${part.padEnd(20)} ${String(error)}`);
    print(report.ok ? 'The model computes what the reference says.' : 'The model differs from the reference.');
  }
  if (!report.ok) process.exitCode = 1;
}
