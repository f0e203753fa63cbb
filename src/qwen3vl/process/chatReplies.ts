import { sendToParent } from '../../health/childSide.ts';
import type { ChatRequest, ChatResult } from '../conversation.ts';
import type { ToldPiece } from '../decode/telling.ts';
import type { Qwen3VL } from '../model.ts';
import type { ModelTold } from './modelWire.ts';

/** The child's side of conversations: tells pieces as they are written, and leaves off when nobody listens any more. */
export class ChatReplies {
  readonly #running = new Map<number, AbortController>();

  async answer(model: Qwen3VL, id: number, request: ChatRequest): Promise<ChatResult> {
    const stop = new AbortController();
    this.#running.set(id, stop);
    let held: ToldPiece | undefined;
    /** Where the pipe is backed up, pieces wait here as one: no more than the answer itself. */
    const told = (piece: ToldPiece): void => {
      const all = held ? { text: held.text + piece.text, tokens: [...held.tokens, ...piece.tokens] } : piece;
      held = sendToParent({ id, told: all } satisfies ModelTold) ? undefined : all;
    };
    try {
      const result = await model.chat(request, { told, signal: stop.signal });
      if (held) sendToParent({ id, told: held } satisfies ModelTold, Number.POSITIVE_INFINITY);
      return result;
    } finally {
      this.#running.delete(id);
    }
  }

  abandon(id: number): void {
    this.#running.get(id)?.abort(new Error('nobody waits for the answer'));
  }
}
