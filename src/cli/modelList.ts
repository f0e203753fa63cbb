import type { Command } from 'commander';
import { LookoutError } from '../errors.ts';
import type { ModelInfo } from '../import/info.ts';
import { jsonOption } from './options.ts';
import { print, printJson, printTable, progress } from './print.ts';
import { amount, progressBar } from './progressBar.ts';

const MODELS = 'models';

export function registerList(model: Command): void {
  model
    .command('list')
    .summary('list the models of a folder')
    .description('Lists models with their size, precision, and the memory that they need.')
    .argument('[dirs...]', `folders of models, or models (default: ${MODELS})`)
    .addOption(jsonOption('as a JSON array'))
    .action(list);
  model
    .command('info')
    .summary('say what a model needs, and whether this machine has it')
    .description('Says what a model holds and needs: parameters, precision, memory, tokens; and what of it this machine can hold now, on the processor.')
    .argument('<model-dir>', 'folder in Hugging Face layout')
    .option('--verify', 'compare every file with the checksum taken when it was imported')
    .addOption(jsonOption('as one JSON object'))
    .action(info);
}

async function list(dirs: readonly string[], opts: { readonly json?: boolean }): Promise<void> {
  const { modelFolders, modelInfo } = await import('../import/info.ts');
  const models: ModelInfo[] = [];
  for (const dir of (dirs.length > 0 ? dirs : [MODELS]).flatMap((each) => modelFolders(each))) {
    try {
      models.push(modelInfo(dir));
    } catch (error) {
      // one that is damaged does not hide the others
      if (!(error instanceof LookoutError)) throw error;
      progress(error.message);
    }
  }
  if (opts.json) return printJson(models);
  if (models.length === 0) return print('No models there.');
  printTable(
    ['folder', 'parameters', 'precision', 'on disk', 'in memory', 'per 1,000 tokens', 'context here'],
    models.map((m) => [m.dir, millions(m.parameters), m.precision, amount(m.fileBytes, 'bytes'), amount(m.weightsBytes, 'bytes'), perThousand(m), contextHere(m)]),
  );
}

async function info(dir: string, opts: { readonly json?: boolean; readonly verify?: boolean }): Promise<void> {
  const { FRAMES, SIZE, modelInfo, verifyModel } = await import('../import/info.ts');
  const model = modelInfo(dir);
  if (opts.verify && model.imported) {
    const { files } = model.imported;
    const bar = progressBar({ label: 'Verifying', total: files.reduce((sum, { bytes }) => sum + bytes, 0), unit: 'bytes' });
    await verifyModel(dir, model.imported, (bytes) => bar.advance(bytes));
    bar.done();
  }
  const verified = opts.verify ? model.imported !== undefined : undefined;
  if (opts.json) return printJson({ ...model, ...(verified === undefined ? {} : { verified }) });
  const { logits } = model.imported?.error ?? {};
  const rows: readonly (readonly [string, string])[] = [
    ['model', model.name],
    ['parameters', millions(model.parameters)],
    ['precision', `${model.precision} (as published: ${model.published})`],
    ...(logits ? [['error of the logits', `${logits.typical.toPrecision(3)} typically, ${logits.worst.toPrecision(3)} at worst`] as const] : []),
    ['on disk', amount(model.fileBytes, 'bytes')],
    ['weights in memory', `${amount(model.weightsBytes, 'bytes')}, while opening ${amount(model.openingBytes, 'bytes')}`],
    ['memory per 1,000 tokens', perThousand(model)],
    ['context', `${model.maxContext.toLocaleString('en')} tokens`],
    ['visual tokens a frame', `${Math.round(model.visualTokensPerFrame)} of ${SIZE.width} × ${SIZE.height} in a window of ${FRAMES} frames`],
    ...(verified === undefined ? [] : [['checksums', verified ? 'all as imported' : 'none: a published checkpoint, not an import'] as const]),
  ];
  for (const [key, value] of rows) print(`${key.padEnd(24)}${value}`);
  print('', verdict(model));
}

function verdict(model: ModelInfo): string {
  const { freeMemory, processors, context } = model.here;
  const here = `${amount(freeMemory, 'bytes')} of memory free, ${processors} processor cores (what a GPU holds is not known)`;
  if (context === 0) {
    const advice = model.precision === 'int4' ? 'A smaller model would.' : '`lookout model import --precision int4` makes it smaller.';
    return `It does not fit here: ${here}. ${advice}`;
  }
  const bound = context === model.maxContext ? 'its whole context' : `a context of ${context.toLocaleString('en')} tokens`;
  return `It fits here with ${bound}: ${here}.`;
}

function contextHere({ here, maxContext }: ModelInfo): string {
  if (here.context === 0) return 'does not fit';
  return here.context === maxContext ? `${maxContext.toLocaleString('en')} (all)` : here.context.toLocaleString('en');
}

function perThousand({ kvBytesPerToken }: ModelInfo): string {
  return amount(kvBytesPerToken * 1000, 'bytes');
}

function millions(parameters: number): string {
  return parameters < 1e9 ? `${(parameters / 1e6).toFixed(1)} million` : `${(parameters / 1e9).toFixed(2)} billion`;
}
