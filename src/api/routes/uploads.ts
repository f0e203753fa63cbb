import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Uploads } from '../../ask/uploads.ts';
import { LookoutError } from '../../errors.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { uploadSchema } from '../schemas/multimodal.ts';

export interface UploadsNeeds {
  readonly uploads: Pick<Uploads, 'most' | 'add' | 'remove'>;
}

/** Videos that people upload to ask about. */
export function uploadsRoutes({ uploads }: UploadsNeeds): Route[] {
  return [
    route({
      method: 'POST', path: '/v1/uploads', scope: 'editor', tag: 'ask', heavy: true,
      summary: 'Upload a video to ask about',
      description: 'The body is the video itself, of any kind that can be decoded. It is kept for `ask.upload_hours`; anybody who may ask can ask about it by its id.',
      // one more than fits, so that what is too large is refused by the name of its bound
      body: 'stream', bodyLimit: uploads.most + 1,
      response: { json: uploadSchema }, status: 201,
      async handle({ body, signal }) {
        const { id, bytes, duration, expiresAt } = await uploads.add(body as Readable, signal);
        return { id, media_url: `upload:${id}`, bytes, duration_ms: duration, expires_at: new Date(expiresAt).toISOString(), expires_at_ms: expiresAt };
      },
    }),
    route({
      method: 'DELETE', path: '/v1/uploads/:id', scope: 'editor', tag: 'ask',
      summary: 'Delete an upload',
      params: z.strictObject({ id: z.string().regex(/^[a-f0-9]{32}$/) }), response: { empty: true },
      async handle({ params: { id } }) {
        if (!(await uploads.remove(id))) throw new LookoutError('UPLOAD_NOT_FOUND', 'There is no such upload, or no longer.');
        return undefined;
      },
    }),
  ];
}
