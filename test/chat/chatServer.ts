import OpenAI from 'openai';
import { chatRoutes } from '../../src/api/routes/chat.ts';
import { modelsRoutes } from '../../src/api/routes/models.ts';
import { createQuestionLine } from '../../src/ask/line.ts';
import type { Uploads } from '../../src/ask/uploads.ts';
import { createChat } from '../../src/chat/chat.ts';
import { createLogger } from '../../src/health/log.ts';
import { keepStills } from '../../src/ingest/stills.ts';
import { startModelProcess } from '../../src/qwen3vl/process/process.ts';
import type { ModelProcess } from '../../src/qwen3vl/process/process.ts';
import { serve } from '../api/serve.ts';
import type { Served } from '../api/serve.ts';

export interface ChatServer {
  readonly client: OpenAI;
  readonly model: ModelProcess;
  readonly api: Served;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly allow?: readonly string[];
  readonly atOnce?: number;
  readonly waiting?: number;
  readonly uploads?: Uploads;
}

/** The real server before a model of its own, and OpenAI's own client before that. */
export async function chatServer(dir: string, { allow = ['127.0.0.1'], atOnce = 2, waiting = 8, uploads }: ServerOptions = {}): Promise<ChatServer> {
  const life = new AbortController();
  const model = startModelProcess({ dir, device: 'cpu', threads: 1, memoryMb: 1536 }, life.signal, createLogger({ level: 'silent' }));
  const line = createQuestionLine({ now: Date.now, atOnce, waiting });
  const frameSize = { minPixels: 1024, maxPixels: 24_576 };
  const chat = createChat({ model, line, frameSize, stills: keepStills(life.signal), sources: () => ({ allow, ...(uploads ? { uploads } : {}) }), now: Date.now });
  const api = await serve([...chatRoutes({ chat }), ...modelsRoutes({ model, since: 1_700_000_000_000 })]);
  const client = new OpenAI({ baseURL: `${api.url}/v1`, apiKey: api.token('viewer'), maxRetries: 0 });
  await model.ready;
  return {
    client,
    model,
    api,
    stop: async () => {
      await api.stop();
      life.abort();
      await model.close();
    },
  };
}
