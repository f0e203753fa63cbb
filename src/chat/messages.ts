import type { ChatTurn } from '../qwen3vl/model.ts';
import type { ContentPart, Message } from './body.ts';
import { invalid, unsupported } from './refusals.ts';

/** Where a picture or video comes from; `param` is where it stands in the request. */
export type Wanted =
  | { readonly kind: 'image'; readonly url: string; readonly param: string }
  | { readonly kind: 'video'; readonly url: string; readonly param: string }
  /** a video as pictures, `fps` a second */
  | { readonly kind: 'frames'; readonly urls: readonly string[]; readonly fps: number; readonly param: string };

/** A turn whose pictures and videos have not been fetched yet. */
export interface WantedTurn {
  readonly role: ChatTurn['role'];
  readonly parts: readonly (Wanted | { readonly kind: 'text'; readonly text: string })[];
}

/** Of frames that come without one, as Qwen's own tools take it. */
const FPS = 2;

/** @throws ChatRefusal CHAT_UNSUPPORTED, CHAT_INVALID */
export function turnsOf(messages: readonly Message[], fps: number | undefined): WantedTurn[] {
  return messages.map((message, i) => {
    const param = `messages.${i}`;
    const { role, content } = message;
    if (role === 'tool' || role === 'function' || !isEmpty(message['tool_calls']) || !isEmpty(message['function_call'])) throw unsupported(param, 'tools are not supported.');
    if (!isEmpty(message['audio'])) throw unsupported(`${param}.audio`, 'audio is not supported.');
    if (content === undefined || content === null) throw invalid(`${param}.content`, 'a message needs content.');
    const parts = typeof content === 'string' ? [{ kind: 'text' as const, text: content }] : content.map((part, j) => partOf(part, `${param}.content.${j}`, fps));
    if (role !== 'user' && parts.some((part) => part.kind !== 'text')) throw unsupported(`${param}.content`, 'pictures and videos are taken in messages of the user.');
    return { role: role === 'developer' ? 'system' : role, parts };
  });
}

function partOf(part: ContentPart, param: string, fps: number | undefined): WantedTurn['parts'][number] {
  switch (part.type) {
    case 'text':
      return { kind: 'text', text: part.text };
    case 'image_url':
      return { kind: 'image', url: part.image_url.url, param: `${param}.image_url` };
    case 'video_url':
      return { kind: 'video', url: part.video_url.url, param: `${param}.video_url` };
    case 'video':
      if (typeof part.video === 'string') return { kind: 'video', url: part.video, param: `${param}.video` };
      return { kind: 'frames', urls: part.video, fps: part.fps ?? fps ?? FPS, param: `${param}.video` };
    default:
      throw unsupported(param, `parts of the type ${part.type} are not supported.`);
  }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
