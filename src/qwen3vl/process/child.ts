import { LookoutError } from '../../errors.ts';
import { runChild, sendToParent } from '../../health/childSide.ts';
import { ChatReplies } from './chatReplies.ts';
import { FrameReceiver } from './frameWire.ts';
import type { Qwen3VL } from '../model.ts';
import type { ModelCall, ModelInit, ModelOpened, ModelReply } from './modelWire.ts';
import { openQwen3VL } from '../open.ts';

let model: Qwen3VL | undefined;
const frames = new FrameReceiver();
const chats = new ChatReplies();

runChild({
  async init(message) {
    const { dir, options } = message as ModelInit;
    model = await openQwen3VL(dir, options);
    sendToParent({ opened: model.device } satisfies ModelOpened);
  },
  message(message) {
    const call = message as ModelCall;
    if (call.method === 'abandon') return chats.abandon(call.id);
    // replies are awaited one by one, so they never back up
    void reply(call).then((body) => sendToParent(body, Number.POSITIVE_INFINITY));
  },
  stop: () => model?.close(),
});

async function reply(call: Exclude<ModelCall, { method: 'abandon' }>): Promise<ModelReply> {
  try {
    if (!model) throw new LookoutError('MODEL_RUNTIME', 'The model is not open.');
    return { id: call.id, value: await run(model, call) };
  } catch (error) {
    const { code, detail } = error instanceof LookoutError ? error : { code: 'MODEL_RUNTIME' as const, detail: `${String(error)}.` };
    return { id: call.id, error: { code, detail } };
  }
}

function run(open: Qwen3VL, call: Exclude<ModelCall, { method: 'abandon' }>): Promise<unknown> {
  switch (call.method) {
    case 'generate':
      return open.generate({ ...call.request, ...(call.video ? { video: frames.unpack(call.video) } : {}) });
    case 'chat':
      return chats.answer(open, call.id, call.request);
    case 'prefill':
      return open.prefill(frames.unpack(call.video), call.stream);
    case 'scoreMany':
      return open.scoreMany(call.prompts, call.yes, call.no);
  }
}
