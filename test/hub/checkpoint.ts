import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { pull } from '../../src/hub/pull.ts';
import type { PullOptions, Pulled } from '../../src/hub/pull.ts';
import type { Secret } from '../../src/secret.ts';
import { fixture } from '../qwen3vl/fixtures.ts';
import { REPO } from './hubServer.ts';
import type { HubServer } from './hubServer.ts';

/** A fixture's files, and others that such a repository holds beside. */
export function published(name = 'tied-odd'): Record<string, Buffer> {
  const dir = fixture(name);
  const files = readdirSync(dir).filter((file) => !file.startsWith('reference'));
  return {
    '.gitattributes': Buffer.from('*.safetensors filter=lfs diff=lfs merge=lfs -text\n'),
    'README.md': Buffer.from('# a card\n'),
    'merges.txt': Buffer.from('a b\n'),
    'pytorch_model.bin': Buffer.from('a pickle'),
    'chat_template.json': Buffer.from('{"chat_template": ""}'),
    ...Object.fromEntries(files.map((file) => [file, readFileSync(join(dir, file))])),
  };
}

/** What of it a pull brings. */
export const PULLED = ['chat_template.json', 'config.json', 'generation_config.json', 'model.safetensors', 'preprocessor_config.json', 'tokenizer.json', 'tokenizer_config.json'];

/** The path of a folder that is not there yet, in one that is gone after the test. */
export function target(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lookout-hub-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'models/test');
}

export interface Pull {
  readonly lost: string[];
  /** bytes that came; what begin() was told */
  moved: number;
  begun: readonly [total: number, already: number] | undefined;
  readonly outcome: Promise<Pulled>;
}

/** Pulls with little patience, and counts. */
export function pulling(server: Pick<HubServer, 'endpoint'>, out: string, opts: Partial<PullOptions> & { token?: Secret } = {}): Pull {
  const state = { lost: [] as string[], moved: 0, begun: undefined as Pull['begun'] };
  const outcome = pull({
    repository: { endpoint: server.endpoint, id: REPO, revision: 'main' },
    token: undefined,
    out,
    watcher: {
      check: () => undefined,
      begin: (total, already) => (state.begun = [total, already]),
      moved: (bytes) => (state.moved += bytes),
      lost: (reason) => void state.lost.push(reason),
    },
    patience: { stallMs: 20_000, tries: 3, wait: { first: 1, most: 4 } },
    ...opts,
  });
  return Object.assign(state, { outcome });
}
