import { LookoutError } from '../../errors.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { formatStamp, temporalPatches } from '../video/frames.ts';
import type { Picture, TemporalPatch, VideoInput } from '../video/frames.ts';
import { gridOf } from '../video/patchify.ts';
import type { Grid } from '../video/patchify.ts';
import { resizeImage, resizeToFit } from '../video/resize.ts';
import { videoGrid } from '../video/vision.ts';
import type { VideoMarkup } from './chat.ts';
import { isVisual, positionsOf } from './positions.ts';
import type { Prompt } from './decoder.ts';
import type { QwenTokenizer } from './tokenizer.ts';

export type ChatPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly picture: Picture }
  | { readonly kind: 'video'; readonly video: VideoInput };

/** One turn of a conversation; texts that follow each other are one text. */
export interface ChatTurn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly parts: readonly ChatPart[];
}

/** A picture or a video of a conversation, cut into temporal patches of one size. */
export interface Visual {
  readonly patches: readonly TemporalPatch[];
  readonly grid: Grid;
}

/** A conversation in tokens, before its pictures are looked at; `next` is the position of the answer's first token. */
export interface LaidOut extends Omit<Prompt, 'patches'> {
  readonly visuals: readonly Visual[];
  readonly visualTokens: number;
  readonly next: number;
}

const IMAGE_PAD = '<|image_pad|>';
const VIDEO_PAD = '<|video_pad|>';

/**
 * A conversation as Qwen3-VL's chat template and processor write it: every turn between im_start and im_end, a picture as one run of
 * image tokens, a video as one run and stamp per temporal patch, then the opening of the answer. There is no system turn but those
 * given. What users wrote cannot open a turn or a picture of its own.
 */
export function layOutTurns(turns: readonly ChatTurn[], { config, processing }: Checkpoint, tokenizer: QwenTokenizer, markup: VideoMarkup): LaidOut {
  const { merge } = config.vision;
  const visuals: Visual[] = [];
  const text = turns.map(({ role, parts }) => `<|im_start|>${role}\n${spoken(parts).map(write).join('')}<|im_end|>\n`).join('');
  const pads = tokenizer.encode(`${text}<|im_start|>assistant\n`);
  const runs = visuals.flatMap(({ patches, grid }) => patches.map(() => grid));
  const found = pads.filter((id) => isVisual(id, config)).length;
  if (found !== runs.length) throw new LookoutError('MODEL_CONFIG_INVALID', `The tokenizer makes ${found} of ${runs.length} pads into config.json's image_token_id and video_token_id.`);
  const cells = ({ h, w }: Grid): number => (h * w) / merge ** 2;
  let run = 0;
  const ids = pads.flatMap((id) => (isVisual(id, config) ? new Array<number>(cells(runs[run++] as Grid)).fill(id) : [id]));
  const { rows, next } = positionsOf(ids, (id) => isVisual(id, config), (n) => runs[n] as Grid, merge);
  return { ids, positions: rows, next, visuals, visualTokens: runs.reduce((sum, grid) => sum + cells(grid), 0) };

  function write(part: ChatPart): string {
    if (part.kind === 'text') return tokenizer.harmless(part.text);
    if (part.kind === 'image') {
      const picture = resizeImage(part.picture, config.vision, processing.image);
      // a still is a video in which nothing moves
      visuals.push({ patches: [{ frames: new Array<Picture>(config.vision.temporalPatch).fill(picture), stamp: 0 }], grid: gridOf(picture, config.vision) });
      return `<|vision_start|>${IMAGE_PAD}<|vision_end|>`;
    }
    const frames = resizeToFit(part.video.frames, config.vision, processing);
    const patches = temporalPatches({ ...part.video, frames }, config.vision.temporalPatch);
    visuals.push({ patches, grid: videoGrid(patches, config.vision) });
    const shown = patches.map(({ stamp }) => `<${formatStamp(stamp)} seconds><|vision_start|>${VIDEO_PAD}<|vision_end|>`).join('');
    return markup === 'wrapped' ? `<|vision_start|>${shown}<|vision_end|>` : shown;
  }
}

/** Neighbouring texts made one, so that what is harmless in pieces is so together. */
function spoken(parts: readonly ChatPart[]): ChatPart[] {
  return parts.reduce<ChatPart[]>((all, part) => {
    const last = all.at(-1);
    if (part.kind !== 'text' || last?.kind !== 'text') return [...all, part];
    return [...all.slice(0, -1), { kind: 'text', text: last.text + part.text }];
  }, []);
}
