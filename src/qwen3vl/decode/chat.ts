import { LookoutError } from '../../errors.ts';
import { formatStamp } from '../video/frames.ts';
import type { QwenTokenizer } from './tokenizer.ts';

const PAD = '<|video_pad|>';

/** How a video stands in the chat. `wrapped` is what transformers 5.10+ writes: one more start and end around all stamps. */
export type VideoMarkup = 'plain' | 'wrapped';

/**
 * One user turn, the video (its temporal patches' stamps, in seconds) and then the prompt, no system turn, and the opening of
 * the answer. Each temporal patch is `perPatch` tokens of `videoToken`.
 */
export function chatTokens(
  tokenizer: QwenTokenizer,
  prompt: string,
  video: { readonly stamps: readonly number[]; readonly perPatch: number; readonly token: number; readonly markup: VideoMarkup } | undefined,
): number[] {
  const stamps = video?.stamps ?? [];
  const patches = stamps.map((t) => `<${formatStamp(t)} seconds><|vision_start|>${PAD}<|vision_end|>`).join('');
  const shown = video?.markup === 'wrapped' ? `<|vision_start|>${patches}<|vision_end|>` : patches;
  const text = `<|im_start|>user\n${shown}${tokenizer.harmless(prompt)}<|im_end|>\n<|im_start|>assistant\n`;
  const ids = tokenizer.encode(text);
  if (!video) return ids;
  const pads = ids.filter((id) => id === video.token).length;
  if (pads !== stamps.length) {
    throw new LookoutError('MODEL_CONFIG_INVALID', `The tokenizer makes ${pads} of ${stamps.length} ${PAD} into token ${video.token}, config.json's video_token_id.`);
  }
  // one pad per patch is tokenized and then repeated: the same ids as from the long text, sooner
  return ids.flatMap((id) => (id === video.token ? new Array<number>(video.perPatch).fill(id) : [id]));
}
