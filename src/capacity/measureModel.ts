import type { Backend } from '../infer/backend.ts';
import { matchPrompt } from '../infer/prompts.ts';
import type { RunningModel } from '../infer/runningModel.ts';
import type { Window } from '../values.ts';
import { cpuSeconds } from './processor.ts';
import type { Reel } from './reel.ts';

/** Who is asked, about what. */
export interface Asking {
  readonly backend: Backend;
  readonly model: Pick<RunningModel, 'childPid' | 'scoreMany'>;
  readonly reel: Reel;
  /** the rules' sentences, as in the daemon's prompts */
  readonly lookFor: readonly string[];
  readonly signal: AbortSignal;
}

/** What windows cost, in a run of some seconds. */
export interface WindowCost {
  readonly windows: number;
  /** from the question to the answer, mean */
  readonly ms: number;
  /** of processor, over all threads of the model's process; undefined where the system does not tell */
  readonly cpuMs: number | undefined;
  /** what was told of a window, mean number */
  readonly told: number;
  /** of the largest window */
  readonly visualTokens: number;
}

/** Asks window after window, in turns of some cameras, for so many seconds and so many windows at least; each camera's first is not counted. */
export async function timeWindows({ backend, model, reel, lookFor, signal }: Asking, { seconds, least }: { readonly seconds: number; readonly least: number }): Promise<WindowCost> {
  const begin = async (): Promise<Window[][]> => {
    const cameras = await Promise.all(Array.from({ length: reel.streams }, () => reel.camera()));
    // they are at other places of the scene: the same answer at the same time would be guessed from the neighbour's
    const begun = cameras.map((all, i) => all.slice(i * Math.floor(all.length / (2 * reel.streams))));
    for (const [first] of begun) if (first) await backend.events(first, lookFor, signal);
    return begun.map((all) => all.slice(1));
  };
  let [count, busy, told, tokens, cpu] = [0, 0, 0, 0, 0];
  while (busy < 1000 * seconds || count < least) {
    const cameras = await begin();
    const before = cpuSeconds(model.childPid);
    for (let turn = 0; turn < Math.max(...cameras.map(({ length }) => length)) && (busy < 1000 * seconds || count < least); turn++) {
      for (const window of cameras.flatMap((all) => all[turn] ?? [])) {
        signal.throwIfAborted();
        const began = performance.now();
        const answer = await backend.events(window, lookFor, signal);
        busy += performance.now() - began;
        told += answer.sightings.length;
        tokens = Math.max(tokens, answer.visualTokens);
        count++;
      }
    }
    cpu += (cpuSeconds(model.childPid) ?? Number.NaN) - (before ?? Number.NaN);
    if (cameras.every((all) => all.length === 0)) throw new RangeError('a reel without a second window');
  }
  return { windows: count, ms: busy / count, cpuMs: Number.isNaN(cpu) ? undefined : (1000 * cpu) / count, told: told / count, visualTokens: tokens };
}

/** ms of what is not a window that goes on: one whose keys and values are gone, a look at a still scene, a text held against a rule. */
export async function timeOthers({ backend, model, reel, lookFor, signal }: Asking, times: number): Promise<{ cold: number; heartbeat: number; score: number }> {
  const windowsOf = await reel.camera();
  const full = windowsOf.at(-1);
  if (!full) throw new RangeError('a reel without a window');
  const again = backend.lookAgain ?? backend.events;
  await again(full, lookFor, signal);
  const cold = await mean(times, () => again(full, lookFor, signal));
  const pairs = windowsOf.slice(0, times + 1).map((window, i): Window => ({ ...window, id: `still-${i}`, camera: `capacity-still-${i}`, reason: 'heartbeat', frames: window.frames.slice(-2) }));
  const heartbeat = await mean(pairs.length, async (i) => void (pairs[i] && (await backend.events(pairs[i], lookFor, signal))));
  const each = await mean(times, (i) => model.scoreMany(prompts(lookFor, i), 'yes', 'no'));
  return { cold, heartbeat, score: each / prompts(lookFor, 0).length };
}

const DOINGS = ['opens the cupboard', 'carries a ladder', 'feeds the cat', 'waters a plant', 'cleans the window', 'moves the table', 'paints a wall', 'throws a ball'];
const WEARING = ['grey', 'black', 'brown', 'orange', 'purple', 'pink', 'a hat', 'a coat', 'boots'];

/** An event against the first rules, in words that were not asked about yet. */
function prompts(lookFor: readonly string[], number: number): string[] {
  const rules = lookFor.length > 0 ? lookFor.slice(0, 8) : ['someone picks up the phone', 'somebody falls down', 'a person leaves a bag'];
  const text = `a person in ${WEARING[number % WEARING.length]} ${DOINGS[number % DOINGS.length]}`;
  return rules.map((rule) => matchPrompt(text, rule));
}

async function mean(times: number, work: (i: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < times; i++) await work(i);
  return (performance.now() - began) / times;
}

/** Windows a second of an engine: asked by ever more at a time until no more come of it. */
export async function timeEngine({ backend, model, reel, lookFor, signal }: Asking, { seconds, most }: { readonly seconds: number; readonly most: number }): Promise<{ windows: number; atOnce: number; score: number }> {
  let best = { windows: 0, atOnce: 0 };
  for (let atOnce = 1; atOnce <= most; atOnce *= 2) {
    const until = performance.now() + 1000 * seconds;
    const began = performance.now();
    let count = 0;
    const ask = async (): Promise<void> => {
      for (const window of await reel.camera()) {
        if (performance.now() > until) return;
        await backend.events(window, lookFor, signal);
        count++;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, ask));
    const found = (1000 * count) / (performance.now() - began);
    if (found < 1.1 * best.windows) break;
    best = { windows: found, atOnce };
  }
  const texts = prompts(lookFor, 0);
  const each = await mean(2, (i) => Promise.all(Array.from({ length: best.atOnce }, (_, lane) => model.scoreMany(prompts(lookFor, i * 64 + lane), 'yes', 'no'))));
  return { ...best, score: each / (best.atOnce * texts.length) };
}
