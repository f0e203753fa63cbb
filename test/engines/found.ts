import { existsSync } from 'node:fs';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import type { EndpointConfig } from '../../src/config/engineSchema.ts';
import type { Layout } from './layouts.ts';
import { startLookout } from './lookoutEngine.ts';
import { startServer } from './server.ts';

/** An engine that answers. */
export interface Engine {
  /** of its API, with /v1 */
  readonly url: string;
  readonly kind: EndpointConfig['kind'];
  /** as it calls the model; undefined: whatever it lists first */
  readonly model?: string;
  readonly apiKey?: string;
  stop(): Promise<void>;
}

/** An engine that may be on this machine. */
export interface Candidate {
  readonly name: string;
  /** why it cannot be tried, and how to get it; undefined: it is here */
  readonly missing?: string;
  /** how it is shown frames, and so ours has to be */
  readonly layout: Layout;
  /** tells of each of its tokens how probable it was */
  readonly probabilities: boolean;
  /** computes as we do, to the last digits: answers must be the same; otherwise they may differ where two tokens are all but equally probable */
  readonly exact: boolean;
  /** counts the prompt's tokens that it had already */
  readonly counts: boolean;
  start(): Promise<Engine>;
}

const env = (name: string): string | undefined => process.env[name] || undefined;

/** Hugging Face's server, with the demo checkpoint as it stands. */
function transformers(): Candidate {
  const command = env('LOOKOUT_TRANSFORMERS');
  const how = 'set LOOKOUT_TRANSFORMERS to the `transformers` command of a virtual environment: pip install "transformers[serving]" torch torchvision accelerate pillow requests';
  return {
    name: 'transformers serve',
    ...missing(command, how),
    layout: 'stills',
    probabilities: false,
    exact: true,
    counts: false,
    start: () =>
      startServer({
        kind: 'transformers',
        model: DEMO_MODEL,
        command: [command ?? '', 'serve', DEMO_MODEL, '--host', '127.0.0.1', '--port', '{port}', '--device', 'cpu', '--dtype', 'float32'],
        env: { HF_HUB_OFFLINE: '1', OMP_NUM_THREADS: '1' },
      }),
  };
}

/** llama.cpp, with the demo checkpoint as GGUF (models/demo/train/export_gguf.py). */
function llama(): Candidate {
  const [command, model, mmproj] = [env('LOOKOUT_LLAMA_SERVER'), env('LOOKOUT_LLAMA_GGUF'), env('LOOKOUT_LLAMA_MMPROJ')];
  const how =
    'set LOOKOUT_LLAMA_SERVER to llama-server (Debian: package llama.cpp-tools), LOOKOUT_LLAMA_GGUF and LOOKOUT_LLAMA_MMPROJ to what models/demo/train/export_gguf.py writes';
  return {
    name: 'llama-server',
    ...missing(command && model && mmproj ? command : undefined, how),
    layout: 'stills',
    probabilities: true,
    exact: false,
    counts: true,
    start: () =>
      startServer({
        kind: 'llamacpp',
        command: [command ?? '', '-m', model ?? '', '--mmproj', mmproj ?? '', '--host', '127.0.0.1', '--port', '{port}', '-t', '1', '-c', '8192', '-np', '1', '-ctk', 'f32', '-ctv', 'f32', '--metrics'],
        env: {},
      }),
  };
}

/** Any other that runs already with the demo checkpoint: vLLM, SGLang. */
function running(): Candidate {
  const url = env('LOOKOUT_ENGINE_URL');
  const [model, apiKey] = [env('LOOKOUT_ENGINE_MODEL'), env('LOOKOUT_ENGINE_KEY')];
  const engine = { url: url ?? '', kind: (env('LOOKOUT_ENGINE_KIND') ?? 'auto') as EndpointConfig['kind'], ...(model ? { model } : {}), ...(apiKey ? { apiKey } : {}) };
  return {
    name: url ? `${engine.kind} at ${url}` : 'vLLM, SGLang',
    ...(url ? {} : { missing: 'start one with models/demo and set LOOKOUT_ENGINE_URL (also LOOKOUT_ENGINE_KIND, LOOKOUT_ENGINE_MODEL, LOOKOUT_ENGINE_KEY)' }),
    layout: engine.kind === 'vllm' ? 'pairs' : 'stills',
    probabilities: true,
    exact: false,
    counts: true,
    start: () => Promise.resolve({ ...engine, stop: () => Promise.resolve() }),
  };
}

/** Lookout's own API: needs nothing else. */
function lookout(): Candidate {
  return { name: 'Lookout', layout: 'pairs', probabilities: true, exact: true, counts: true, start: startLookout };
}

function missing(command: string | undefined, how: string): { missing?: string } {
  if (!command) return { missing: how };
  return existsSync(command) ? {} : { missing: `${command} does not exist` };
}

export const ENGINES: readonly Candidate[] = [lookout(), transformers(), llama(), running()];
