import { join } from 'node:path';
import { toFloat32 } from '../../src/qwen3vl/checkpoint/floats.ts';
import { SafetensorsFile } from '../../src/qwen3vl/checkpoint/safetensors.ts';
import type { RawTensor } from '../../src/qwen3vl/checkpoint/safetensors.ts';
import type { ChatPart, ChatTurn } from '../../src/qwen3vl/model.ts';
import { fixture } from './fixtures.ts';

/** A conversation, and what the Hugging Face implementation computed for it; see test/reference/record.py. */
export interface ChatReference {
  readonly turns: readonly ChatTurn[];
  readonly ids: readonly number[];
  readonly positions: readonly number[];
  readonly features: Float32Array;
  readonly deepstack: Float32Array;
  /** of each step */
  readonly logits: readonly Float32Array[];
  readonly tokens: readonly number[];
}

interface WrittenTurn {
  readonly role: ChatTurn['role'];
  readonly content: readonly { readonly type: 'text' | 'image' | 'video'; readonly text?: string }[];
}

export function readChatReference(name: string): ChatReference {
  const file = new SafetensorsFile(join(fixture(name), 'reference-chat.safetensors'), 'REFERENCE_INVALID', 'REFERENCE_INVALID');
  const read = (tensor: string): RawTensor => {
    const raw = file.read(tensor);
    if (!raw) throw new Error(`there is no ${tensor}`);
    return raw;
  };
  const integers = (tensor: string): number[] => Array.from(new BigInt64Array(read(tensor).bytes.buffer), Number);
  const written = JSON.parse(new TextDecoder().decode(read('turns').bytes)) as WrittenTurn[];
  let [images, videos] = [0, 0];
  const part = ({ type, text }: WrittenTurn['content'][number]): ChatPart => {
    if (type === 'text') return { kind: 'text', text: text ?? '' };
    if (type === 'image') return { kind: 'image', picture: pictures(read(`image_${images++}`))[0] as ReturnType<typeof pictures>[number] };
    const frames = pictures(read(`video_${videos}`));
    return { kind: 'video', video: { frames, times: [...new Float64Array(read(`times_${videos++}`).bytes.buffer)] } };
  };
  const turns = written.map(({ role, content }) => ({ role, parts: content.map(part) }));
  const logits = toFloat32(read('logits'));
  const tokens = integers('tokens');
  const vocab = logits.length / tokens.length;
  const reference = {
    turns,
    ids: integers('input_ids'),
    positions: integers('position_ids'),
    features: toFloat32(read('image_features')),
    deepstack: toFloat32(read('deepstack_features')),
    logits: tokens.map((_, step) => logits.subarray(step * vocab, (step + 1) * vocab)),
    tokens,
  };
  file.close();
  return reference;
}

/** Of [N, H, W, 3] or [H, W, 3]. */
function pictures({ shape, bytes }: RawTensor): { width: number; height: number; data: Uint8Array }[] {
  const [height = 0, width = 0] = shape.slice(-3);
  const size = width * height * 3;
  return Array.from({ length: bytes.length / size }, (_, i) => ({ width, height, data: bytes.slice(i * size, (i + 1) * size) }));
}
