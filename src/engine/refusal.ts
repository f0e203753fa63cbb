import { LookoutError } from '../errors.ts';
import { EngineRefusal } from './transport.ts';

/**
 * A refusal because of the prompt's length, as the catalogue's own. vLLM, SGLang and llama.cpp have codes of their own for it, but all
 * say it with one of these words.
 */
export function contextRefusal(error: unknown): LookoutError | undefined {
  if (!(error instanceof EngineRefusal) || error.status < 400 || error.status >= 500) return undefined;
  const tooLong = /context[_ ](length|size|window)|exceeds? the (available )?context|maximum (context|model|input) len|too long/i.test(error.said);
  return tooLong ? new LookoutError('MODEL_CONTEXT_EXCEEDED', error.detail, { cause: error }) : undefined;
}
