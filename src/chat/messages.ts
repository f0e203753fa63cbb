import type { ChatTurn } from '../qwen3vl/model.ts';
import type { ContentPart, Message } from './body.ts';
import { invalid, unsupported } from './refusals.ts';

/** Where a picture or video comes from; `param` is where it stands in the request. */
export type Wanted =
  | { readonly kind: 'image'; readonly url: string; readonly param: string }
  | { readonly kind: 'video'; readonly url: string; readonly param: string }
  /** a video as pictures, and their times, s */
  | { readonly kind: 'frames'; readonly urls: readonly string[]; readonly times: readonly number[]; readonly param: string };

/** A turn whose pictures and videos have not been fetched yet. */
export interface WantedTurn {
  readonly role: ChatTurn['role'];
  readonly parts: readonly (Wanted | { readonly kind: 'text'; readonly text: string })[];
}

/** What a request says of the times of frames: how many a second; and where each stands, for those that come as one data: URL. */
export interface Pace {
  readonly fps?: number | undefined;
  readonly indices?: readonly number[] | undefined;
  /** of the indices, a second */
  readonly indexRate?: number | undefined;
}

/** Of frames that come without one, as Qwen's own tools take it. */
const FPS = 2;

/** vLLM's way to send a video as pictures (https://docs.vllm.ai/en/latest/features/multimodal_inputs): JPEGs in base64, with commas between. */
const JPEGS = 'data:video/jpeg;base64,';
/** Frames of such a video, and how late one may be, s. */
const MOST_FRAMES = 512;
const LATEST = 1e9;

/** @throws ChatRefusal CHAT_UNSUPPORTED, CHAT_INVALID */
export function turnsOf(messages: readonly Message[], pace: Pace = {}): WantedTurn[] {
  return messages.map((message, i) => {
    const param = `messages.${i}`;
    const { role, content } = message;
    if (role === 'tool' || role === 'function' || !isEmpty(message['tool_calls']) || !isEmpty(message['function_call'])) throw unsupported(param, 'tools are not supported.');
    if (!isEmpty(message['audio'])) throw unsupported(`${param}.audio`, 'audio is not supported.');
    if (content === undefined || content === null) throw invalid(`${param}.content`, 'a message needs content.');
    const parts = typeof content === 'string' ? [{ kind: 'text' as const, text: content }] : content.map((part, j) => partOf(part, `${param}.content.${j}`, pace));
    if (role !== 'user' && parts.some((part) => part.kind !== 'text')) throw unsupported(`${param}.content`, 'pictures and videos are taken in messages of the user.');
    return { role: role === 'developer' ? 'system' : role, parts };
  });
}

function partOf(part: ContentPart, param: string, pace: Pace): WantedTurn['parts'][number] {
  switch (part.type) {
    case 'text':
      return { kind: 'text', text: part.text };
    case 'image_url':
      return { kind: 'image', url: part.image_url.url, param: `${param}.image_url` };
    case 'video_url':
      if (part.video_url.url.startsWith(JPEGS)) return jpegs(part.video_url.url, `${param}.video_url`, pace);
      return { kind: 'video', url: file(part.video_url.url, `${param}.video_url`, pace), param: `${param}.video_url` };
    case 'video':
      if (typeof part.video === 'string') return { kind: 'video', url: file(part.video, `${param}.video`, pace), param: `${param}.video` };
      return { kind: 'frames', urls: part.video, times: evenly(part.video, part.fps ?? pace.fps), param: `${param}.video` };
    default:
      throw unsupported(param, `parts of the type ${part.type} are not supported.`);
  }
}

/** A video in a file has times of its own. */
function file(url: string, param: string, { indices }: Pace): string {
  if (indices) throw unsupported('media_io_kwargs.video.frames_indices', `${param} is a file, whose frames are chosen here.`);
  return url;
}

function evenly(frames: readonly unknown[], fps: number = FPS): number[] {
  return frames.map((_, i) => i / fps);
}

function jpegs(url: string, param: string, { fps, indices, indexRate }: Pace): Wanted {
  // a few megabytes of commas would be millions of frames
  const urls = url.slice(JPEGS.length).split(',', MOST_FRAMES + 1).map((base64) => `data:image/jpeg;base64,${base64}`);
  if (urls.length > MOST_FRAMES) throw invalid(param, `a video may have ${MOST_FRAMES} frames.`);
  if (indices && indices.length !== urls.length) throw invalid('media_io_kwargs.video.frames_indices', `there are ${urls.length} frames and ${indices.length} places for them.`);
  if (indices?.some((place, i) => place < (indices[i - 1] ?? 0))) throw invalid('media_io_kwargs.video.frames_indices', 'frames come in order.');
  const times = indices ? indices.map((place) => place / (indexRate ?? fps ?? FPS)) : evenly(urls, indexRate ?? fps);
  if (times.some((time) => time > LATEST)) throw invalid('media_io_kwargs.video', `frames are within ${LATEST} s of the first.`);
  return { kind: 'frames', urls, times, param };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
