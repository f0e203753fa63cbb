import { LookoutError } from '../errors.ts';
import { runChild, sendToParent } from '../health/childSide.ts';
import { openQwen3VL } from './open.ts';
import type { Qwen3VL } from './model.ts';
import type { ModelCall, ModelInit, ModelReply } from './modelWire.ts';

let model: Qwen3VL | undefined;

runChild({
  async init(message) {
    const { dir, options } = message as ModelInit;
    model = await openQwen3VL(dir, options);
  },
  message(message) {
    const call = message as ModelCall;
    // replies are awaited one by one, so they never back up
    void reply(call).then((body) => sendToParent(body, Number.POSITIVE_INFINITY));
  },
  stop: () => model?.close(),
});

async function reply({ id, method, args }: ModelCall): Promise<ModelReply> {
  try {
    if (!model) throw new LookoutError('MODEL_RUNTIME', 'The model is not open.');
    // the caller's types stand on both sides of the pipe
    const run = model[method].bind(model) as (...all: readonly unknown[]) => Promise<unknown>;
    return { id, value: await run(...args) };
  } catch (error) {
    const { code, detail } = error instanceof LookoutError ? error : { code: 'MODEL_RUNTIME' as const, detail: `${String(error)}.` };
    return { id, error: { code, detail } };
  }
}
