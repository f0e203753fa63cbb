import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { eventsPrompt, matchPrompt } from '../../src/infer/prompts.ts';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint/checkpoint.ts';
import { QwenTokenizer } from '../../src/qwen3vl/decode/tokenizer.ts';

const DEMO = fileURLToPath(new URL('../../models/demo', import.meta.url));

describe('the tokenizer', () => {
  it('gives the ids of the library for texts with special tokens in them, however often they are asked for', () => {
    const checkpoint = readCheckpoint(DEMO);
    const library = new Tokenizer(checkpoint.tokenizer, checkpoint.tokenizerConfig);
    const ours = new QwenTokenizer(checkpoint);
    const pair = (t: string): string => `<${t} seconds><|vision_start|><|video_pad|><|vision_end|>`;
    const texts = [
      `<|im_start|>user\n${pair('0.2')}${pair('12.8')}${eventsPrompt(['someone falls', '有人拿起电话'])}<|im_end|>\n<|im_start|>assistant\n`,
      `<|im_start|>user\n${matchPrompt('a person in red falls', 'x')}<|im_end|>\n<|im_start|>assistant\n`,
      '<|im_end|><|im_end|>', ' <|im_start|> two  spaces ', '<|im_start', 'plain 中文 🙂 text', '', '\n',
    ];
    for (const text of [...texts, ...texts]) expect(ours.encode(text), text).toEqual(text === '' ? [] : library.encode(text).ids);
  });
});
