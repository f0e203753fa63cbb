import { chatBody, completion } from '../../chat/body.ts';
import type { Chat } from '../../chat/chat.ts';
import { route, Told } from '../route.ts';
import type { Route } from '../route.ts';

export interface ChatNeeds {
  readonly chat: Pick<Chat, 'complete' | 'stream'>;
}

/** Bytes: pictures and short videos come in data: URLs. */
const BODY_LIMIT = 48 * 2 ** 20;

export function chatRoutes({ chat }: ChatNeeds): Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/chat/completions',
      scope: 'viewer',
      tag: 'chat',
      summary: 'Talk to the model, as clients of OpenAI do: text, pictures, videos, JSON',
      description:
        'With stream: true server-sent events chat.completion.chunk, then [DONE]. Videos as vLLM takes them: {"type": "video_url", "video_url": {"url": …}}; pictures and videos as ' +
        'http(s) address or data: URL. response_format holds the answer to a JSON schema. What would change the answer and cannot be had (tools, n > 1, audio, a schema with a pattern) is ' +
        'refused by name; what changes nothing is ignored. Cameras go first: the model answers between their windows.',
      body: chatBody,
      bodyLimit: BODY_LIMIT,
      response: { json: completion, told: true },
      handle: async ({ body, signal }) => (body.stream ? new Told(await chat.stream(body, signal)) : chat.complete(body, signal)),
    }),
  ];
}
