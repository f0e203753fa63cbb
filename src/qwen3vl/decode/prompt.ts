import { LookoutError } from '../../errors.ts';
import { chatTokens } from './chat.ts';
import type { VideoMarkup } from './chat.ts';
import { layOutTurns } from './turns.ts';
import type { ChatTurn, LaidOut } from './turns.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { Prompt } from './decoder.ts';
import { temporalPatches } from '../video/frames.ts';
import type { VideoInput } from '../video/frames.ts';
import { promptPositions } from './positions.ts';
import { resizeToFit } from '../video/resize.ts';
import type { QwenTokenizer } from './tokenizer.ts';
import { videoGrid } from '../video/vision.ts';
import type { VisionEncoder } from '../video/vision.ts';
import type { PatchFeatures } from '../video/featureCache.ts';

/** A prompt ready for the decoder; `next` is the position of the answer's first token. */
export interface PreparedPrompt extends Prompt {
  readonly next: number;
  readonly visualTokens: number;
  /** of these, whose features were there already */
  readonly cachedVisualTokens: number;
}

/** Turns text and video into tokens, positions and visual features. */
export class PromptPreparer {
  readonly #checkpoint: Checkpoint;
  readonly #tokenizer: QwenTokenizer;
  readonly #vision: VisionEncoder;
  readonly #context: number;

  constructor(checkpoint: Checkpoint, tokenizer: QwenTokenizer, vision: VisionEncoder, context: number) {
    this.#checkpoint = checkpoint;
    this.#tokenizer = tokenizer;
    this.#vision = vision;
    this.#context = context;
  }

  /**
   * Throws MODEL_CONTEXT_EXCEEDED, before the vision tower runs, where no room is left for an answer. Without a text: the prompt's
   * beginning, up to the end of the video, as it is the same for every text.
   */
  async prepare(text: string | undefined, video: VideoInput | undefined, markup: VideoMarkup): Promise<PreparedPrompt> {
    const { config, processing } = this.#checkpoint;
    const { merge, temporalPatch } = config.vision;
    if (!video || video.frames.length === 0) {
      const ids = this.#checked(chatTokens(this.#tokenizer, text ?? '', undefined));
      const { rows, next } = promptPositions(ids, undefined, { h: merge, w: merge }, merge);
      return { ids, positions: rows, next, patches: [], visualTokens: 0, cachedVisualTokens: 0 };
    }
    const fitted = { ...video, frames: resizeToFit(video.frames, config.vision, processing) };
    const groups = temporalPatches(fitted, temporalPatch);
    const grid = videoGrid(groups, config.vision);
    const perPatch = (grid.h * grid.w) / merge ** 2;
    const shown = { stamps: groups.map((g) => g.stamp), perPatch, token: config.videoToken, markup };
    const all = chatTokens(this.#tokenizer, text ?? '', shown);
    const ids = this.#checked(text === undefined ? all.slice(0, all.lastIndexOf(config.videoToken) + 1) : all);
    const { rows, next } = promptPositions(ids, config.videoToken, grid, merge);
    const before = this.#vision.computed;
    const patches = await this.#vision.encode(groups, grid);
    const fresh = this.#vision.computed - before;
    return { ids, positions: rows, next, patches, visualTokens: groups.length * perPatch, cachedVisualTokens: (groups.length - fresh) * perPatch };
  }

  /** A conversation, not looked at yet. Throws MODEL_CONTEXT_EXCEEDED. */
  layOut(turns: readonly ChatTurn[], markup: VideoMarkup): LaidOut {
    const laid = layOutTurns(turns, this.#checkpoint, this.#tokenizer, markup);
    this.#checked(laid.ids);
    return laid;
  }

  /** Looks at the pictures of a conversation; after each there is a `pause`. */
  async look({ visuals, ...prompt }: LaidOut, pause?: () => Promise<void>): Promise<PreparedPrompt> {
    this.#vision.trim();
    const patches: PatchFeatures[] = [];
    let cachedVisualTokens = 0;
    for (const { patches: all, grid } of visuals) {
      for (const patch of all) {
        const before = this.#vision.computed;
        const [seen] = await this.#vision.add([patch], grid);
        if (seen) patches.push(seen);
        if (this.#vision.computed === before) cachedVisualTokens += seen?.features.dims[0] ?? 0;
        await pause?.();
      }
    }
    return { ...prompt, patches, cachedVisualTokens };
  }

  #checked(ids: readonly number[]): readonly number[] {
    if (ids.length < this.#context) return ids;
    throw new LookoutError('MODEL_CONTEXT_EXCEEDED', `The prompt has ${ids.length} tokens, the context ${this.#context}.`);
  }
}
