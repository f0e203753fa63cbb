import type { Dialect, EngineKind } from './dialect.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';

/** How a server is spoken to. */
export function dialectOf(kind: EngineKind): Dialect {
  return kind === 'ollama' ? ollama : openai;
}
