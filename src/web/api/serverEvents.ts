/** One server-sent event, its data read as JSON. */
export interface ServerSent {
  readonly event: string;
  readonly data: unknown;
}

/** More than this without a blank line is no event of Lookout's. */
const MOST_CHARACTERS = 16_000_000;

/**
 * Server-sent events of a body as they come, as https://html.spec.whatwg.org/multipage/server-sent-events.html has them; for answers to
 * a POST, which EventSource cannot send.
 */
export async function* readEvents(body: ReadableStream<Uint8Array> | null): AsyncGenerator<ServerSent> {
  if (!body) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let held = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      held += done ? decoder.decode() : decoder.decode(value, { stream: true });
      if (held.length > MOST_CHARACTERS) throw new RangeError('an event without an end');
      const blocks = held.split(/\r\n\r\n|\n\n|\r\r/);
      held = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = eventOf(block);
        if (event) yield event;
      }
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** One block of lines; undefined for a comment. */
export function eventOf(block: string): ServerSent | undefined {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
  }
  return data.length === 0 ? undefined : { event, data: readJson(data.join('\n')) };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
