import type { EngineConfig } from '../config/engineSchema.ts';
import { LookoutError } from '../errors.ts';
import { EVENTS_SCHEMA } from '../infer/answer.ts';
import { matchPrompt } from '../infer/prompts.ts';
import type { Geometry } from '../qwen3vl/checkpoint/geometry.ts';
import { sideOf } from '../qwen3vl/checkpoint/geometry.ts';
import type { Picture } from '../qwen3vl/video/frames.ts';
import { spoken } from './answer.ts';
import { dialectOf } from './dialects.ts';
import type { Abilities, Ask, Said } from './dialect.ts';
import { layOutVideo } from './layout.ts';
import type { Layout } from './layout.ts';
import type { Packer } from './pack.ts';
import type { Found } from './probe.ts';
import { MOST_TOP } from './score.ts';
import { EngineRefusal } from './transport.ts';
import type { SendOnce } from './transport.ts';

export interface TrialOptions {
  readonly send: SendOnce;
  readonly packer: Packer;
  readonly geometry: Geometry;
  readonly engine: Pick<EngineConfig, 'layout' | 'context'>;
  /** tokens; a server that makes room for as many as are asked for makes it for no more */
  readonly maxContext: number;
  readonly signal: AbortSignal;
}

/** A question whose answer is one word where nothing holds it to a schema. */
const QUESTION = matchPrompt('a person walks in', 'someone enters');
/** Tokens in which an answer that is held to a schema has begun: grammars may allow blanks before it. */
const SOME = 24;
/** Frames of the trial: s. Their digits are tokens, so that a prompt with the later ones is longer where the times arrive. */
const EARLY = 1;
const LATE = 123_456_789;

/**
 * Tries what a server can do, with a few short requests, since versions differ in what they take and some ignore in silence what they
 * do not know. Throws ENGINE_UNSUITABLE where its model cannot be shown pictures, and what sending throws.
 */
export async function tryOut(found: Found, options: TrialOptions): Promise<Abilities> {
  const base: Abilities = { ...found, context: contextOf(found, options), layout: 'stills', schema: true, logprobs: MOST_TOP, placeholders: true };
  const ask = asker(options);
  const question = [{ role: 'user' as const, parts: [{ kind: 'text' as const, text: QUESTION }] }];
  const scored = await ask({ turns: question, maxTokens: 1, top: MOST_TOP }, base);
  const logprobs = scored?.tokens?.length ? MOST_TOP : 0;
  const held = await ask({ turns: question, maxTokens: SOME, schema: EVENTS_SCHEMA }, base);
  const plain = { ...base, logprobs, schema: held !== undefined && spoken(held).text.startsWith('[') };
  // without its extras a server that works answers this one
  if (!scored && !held) await ask({ turns: question, maxTokens: 1 }, { ...plain, schema: false }, true);
  const placed = found.kind === 'ollama' ? await placesPictures(plain, options) : true;
  const abilities = { ...plain, placeholders: placed };
  const layout = await layoutOf(abilities, options);
  if (layout === 'stills') await seesPictures(abilities, options);
  return { ...abilities, layout };
}

function contextOf({ context }: Found, { engine, maxContext }: TrialOptions): number | undefined {
  if (engine.context !== undefined) return engine.context;
  return context === undefined ? undefined : Math.min(context, maxContext);
}

/** Whether a video's times arrive, where that is asked for or may be; else pictures between times, which any server can show. */
async function layoutOf(abilities: Abilities, options: TrialOptions): Promise<Layout> {
  const { layout } = options.engine;
  if (layout === 'stills' || (layout === 'auto' && abilities.kind !== 'vllm' && abilities.kind !== 'lookout')) return 'stills';
  const lengthAt = async (seconds: number): Promise<number | undefined> => (await shown(abilities, options, 'video', [seconds, seconds]))?.promptTokens;
  const [early, late] = [await lengthAt(EARLY), await lengthAt(LATE)];
  const keepsTimes = early !== undefined && late !== undefined && late > early;
  if (layout === 'video' && early === undefined) throw new LookoutError('ENGINE_UNSUITABLE', 'The server takes no video as engine.layout asks for.');
  return keepsTimes || layout === 'video' ? 'video' : 'stills';
}

async function seesPictures(abilities: Abilities, options: TrialOptions): Promise<void> {
  const asked = asker(options);
  const turns = await pictureTurns(options, 'stills', [0, 1]);
  await asked({ turns, maxTokens: 1 }, abilities, true).catch((error: unknown) => {
    if (!(error instanceof LookoutError) || !isRefusal(error)) throw error;
    throw new LookoutError('ENGINE_UNSUITABLE', `The server's model ${abilities.model.slice(0, 200)} cannot be shown pictures: ${error.detail}`, { cause: error });
  });
}

/** Whether Ollama puts a picture where the text says so: a text with such a place is then no longer than one without. */
async function placesPictures(abilities: Abilities, options: TrialOptions): Promise<boolean> {
  const [turn] = await pictureTurns(options, 'stills', [0]);
  const image = turn?.parts.find((part) => part.kind === 'image');
  if (!image) return true;
  const word = { kind: 'text' as const, text: ' Hello' };
  const ask = asker(options);
  const lengthOf = async (placeholders: boolean): Promise<number | undefined> => {
    const { call, read } = dialectOf(abilities.kind);
    const made = call({ turns: [{ role: 'user', parts: [image, word] }], maxTokens: 1 }, abilities);
    // the same picture before the text without saying so
    const body = placeholders ? made.body : made.body?.replace('[img]', '');
    return (await ask.send({ ...made, ...(body === undefined ? {} : { body }) }, read))?.promptTokens;
  };
  return (await lengthOf(true)) === (await lengthOf(false));
}

async function shown(abilities: Abilities, options: TrialOptions, layout: Layout, times: readonly number[]): Promise<Said | undefined> {
  return asker(options)({ turns: await pictureTurns(options, layout, times), maxTokens: 1 }, abilities);
}

function pictureTurns({ packer, geometry }: TrialOptions, layout: Layout, times: readonly number[]): Promise<Ask['turns']> {
  const { parts } = layOutVideo({ frames: times.map(() => plate(geometry)), times }, { layout, geometry, everyFrame: true });
  return packer.turns([{ role: 'user', parts: [...parts, { kind: 'text', text: 'What is it?' }] }]);
}

/** A grey picture of the least size that no processor enlarges. */
function plate(geometry: Geometry): Picture {
  const side = sideOf(geometry);
  const edge = Math.max(2, Math.ceil(Math.sqrt(geometry.processing.image.minPixels) / side)) * side;
  return { width: edge, height: edge, data: new Uint8Array(edge * edge * 3).fill(128) };
}

interface Asker {
  /** undefined where it refuses or fails, unless it has to answer */
  (ask: Ask, abilities: Abilities, must?: boolean): Promise<Said | undefined>;
  send(call: ReturnType<ReturnType<typeof dialectOf>['call']>, read: (json: unknown) => Said, must?: boolean): Promise<Said | undefined>;
}

function asker({ send, signal }: TrialOptions): Asker {
  const sent: Asker['send'] = async (call, read, must = false) => {
    try {
      return read((await send(call, { signal })).json);
    } catch (error) {
      if (must || !isRefusal(error)) throw error;
      return undefined;
    }
  };
  const ask = (what: Ask, abilities: Abilities, must?: boolean): Promise<Said | undefined> => {
    const { call, read } = dialectOf(abilities.kind);
    return sent(call(what, abilities), read, must);
  };
  return Object.assign(ask, { send: sent });
}

/** What a server says to a request that it cannot do, and not to one that came at a bad time: some answer 500 for it. */
function isRefusal(error: unknown): boolean {
  if (error instanceof EngineRefusal) return error.status !== 401 && error.status !== 403;
  return error instanceof LookoutError && (error.code === 'ENGINE_FAILED' || error.code === 'ENGINE_ANSWER');
}
