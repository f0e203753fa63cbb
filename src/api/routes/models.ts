import { z } from 'zod';
import { Refusal } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';

export interface ModelsNeeds {
  readonly model: { readonly name: string; readonly context: number };
  /** since when it has been there, ms */
  readonly since: number;
}

const model = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int().describe('s'),
  owned_by: z.literal('lookout'),
  max_model_len: z.int().describe('tokens of prompt and answer'),
});

export function modelsRoutes({ model: served, since }: ModelsNeeds): Route[] {
  // an engine says late what it serves
  const running = (): z.infer<typeof model> => ({ id: served.name, object: 'model', created: Math.floor(since / 1000), owned_by: 'lookout', max_model_len: served.context });
  return [
    route({
      method: 'GET',
      path: '/v1/models',
      scope: 'viewer',
      tag: 'chat',
      summary: 'The model that runs, as clients of OpenAI list them',
      response: { json: z.object({ object: z.literal('list'), data: z.array(model) }) },
      handle: () => ({ object: 'list' as const, data: [running()] }),
    }),
    route({
      method: 'GET',
      path: '/v1/models/:model',
      scope: 'viewer',
      tag: 'chat',
      summary: 'One model',
      params: z.object({ model: z.string().max(200) }),
      response: { json: model },
      handle: ({ params }) => {
        if (params.model !== served.name) throw new Refusal('MODEL_UNKNOWN', `there is no model of that name; ${served.name} is running.`, { param: 'model' });
        return running();
      },
    }),
  ];
}
