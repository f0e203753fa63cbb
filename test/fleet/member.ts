import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Lookout, start } from '../cli/lookout.ts';
import { memoryOf } from './memory.ts';

/** One of the fleet's processes: a daemon with its shard of the cameras, or the engine. */
export interface Member {
  readonly name: string;
  /** its event log */
  readonly store: string;
  /** Starts it (again); resolves when it says that it watches. */
  start(): Promise<void>;
  /** SIGKILL; the wall clock (ms) at which it was gone */
  kill(): Promise<number>;
  /** SIGTERM, and until it has ended; throws where its exit code is not 0 */
  stop(): Promise<void>;
  /** of its process and those that it started, MB */
  memory(): number;
  /** everything that it wrote in all its lives */
  said(): string;
}

export interface MemberOptions {
  readonly folder: string;
  readonly name: string;
  readonly config: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Its files are in a folder of its own, as systemd's StateDirectory is for each unit. */
export function member({ folder, name, config, args, env }: MemberOptions): Member {
  const state = join(folder, name);
  mkdirSync(state, { recursive: true });
  const lives: Lookout[] = [];
  const running = (): Lookout => {
    const last = lives.at(-1);
    if (!last) throw new Error(`${name} was never started.`);
    return last;
  };
  return {
    name,
    store: join(state, 'events.db'),
    async start() {
      const life = start(folder, ['run', '-c', config, ...args], { ...env, STATE_DIRECTORY: state });
      lives.push(life);
      await life.says('"msg":"watching"');
    },
    async kill() {
      const { child } = running();
      child.kill('SIGKILL');
      await once(child, 'exit');
      return Date.now();
    },
    async stop() {
      const { child, outcome } = running();
      child.kill('SIGTERM');
      const { code } = await outcome;
      if (code !== 0) throw new Error(`${name} ended with ${code}: ${running().said().slice(-2000)}`);
    },
    memory: () => memoryOf(running().child.pid ?? 0),
    said: () => lives.map((life) => life.said()).join(''),
  };
}
