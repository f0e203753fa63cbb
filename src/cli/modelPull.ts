import type { Command } from 'commander';
import { join } from 'node:path';
import { print, progress, visible } from './print.ts';
import { progressBar } from './progressBar.ts';
import type { ProgressBar } from './progressBar.ts';

interface PullCommandOptions {
  readonly revision: string;
  readonly out?: string;
  readonly endpoint?: string;
}

const HUB = 'https://huggingface.co';

export function registerPull(model: Command): void {
  model
    .command('pull')
    .summary('fetch a Qwen3-VL checkpoint from a Hugging Face hub')
    .description('Fetches a Qwen3-VL checkpoint from a Hugging Face hub, or what is still missing of it, and checks every file. A token for gated models is read from $HF_TOKEN.')
    .argument('<repository>', 'such as Qwen/Qwen3-VL-2B-Instruct')
    .option('--revision <name>', 'branch, tag or commit', 'main')
    .option('--out <dir>', 'folder to fetch it into (default: models/<name>)')
    .option('--endpoint <url>', `of the hub (default: $HF_ENDPOINT or ${HUB})`)
    .action(pullCommand);
}

async function pullCommand(id: string, opts: PullCommandOptions): Promise<void> {
  const { readToken, repository, repositoryName } = await import('../hub/repository.ts');
  const { pull } = await import('../hub/pull.ts');
  const repo = repository({ id, revision: opts.revision, endpoint: opts.endpoint ?? (process.env.HF_ENDPOINT || HUB) });
  const out = opts.out ?? join('models', repositoryName(repo));
  let bar: ProgressBar | undefined;
  const note = (line: string): void => (bar ? bar.note(line) : progress(line));
  progress(`Asking ${repo.endpoint} for ${id} …`);
  try {
    const { commit, files } = await pull({
      repository: repo,
      token: readToken(process.env.HF_TOKEN),
      out,
      watcher: {
        check: () => progress(`Looking at what is in ${out} already …`),
        begin: (total, already) => (bar = progressBar({ label: repositoryName(repo), total, already, unit: 'bytes' })),
        moved: (bytes) => bar?.advance(bytes),
        lost: (reason, againMs) => note(`Connection lost (${visible(reason)}); again in ${Math.ceil(againMs / 1000)} s.`),
      },
    });
    bar?.done();
    print(`${out} holds ${id} at ${commit.slice(0, 12)}: ${files} files, all verified. Name it in the configuration as model.name.`);
  } catch (error) {
    bar?.done();
    throw error;
  }
}
