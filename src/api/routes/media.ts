import { lstatSync } from 'node:fs';
import { basename, extname, resolve, sep } from 'node:path';
import { z } from 'zod';
import { LookoutError } from '../../errors.ts';
import { unknownAlert } from '../../feedback/keep.ts';
import { Bytes, route } from '../route.ts';
import type { Route } from '../route.ts';
import { logId } from '../schemas/common.ts';

interface Pictured {
  readonly id: string;
  readonly snapshot: string | null;
  readonly clip: string | null;
}

export interface MediaNeeds {
  readonly log: { alert(id: string): readonly Pictured[] };
  /** folder of the pictures and clips, absolute */
  folder(): string;
}

const params = z.strictObject({ id: logId });
const TYPES: Readonly<Record<string, string>> = { '.jpg': 'image/jpeg', '.png': 'image/png', '.mp4': 'video/mp4' };
/** As files of the media folder are called: nothing in it leads out of the folder. */
const OURS = /^\d{4}-\d{2}-\d{2}\/[A-Za-z0-9_-]{1,80}\.(jpg|png|mp4)$/;

/** Pictures and clips of alerts. */
export function mediaRoutes({ log, folder }: MediaNeeds): Route[] {
  const bytesOf = (id: string, kind: 'snapshot' | 'clip'): Bytes => {
    const alert = log.alert(id).at(-1);
    if (!alert) throw unknownAlert(id);
    const name = alert[kind];
    if (name === null) throw new LookoutError('MEDIA_GONE', `alert ${alert.id} has no ${kind}.`);
    const root = resolve(folder());
    const file = resolve(root, name);
    const type = TYPES[extname(name)];
    if (!OURS.test(name) || type === undefined || !file.startsWith(root + sep) || !lstatSync(file, { throwIfNoEntry: false })?.isFile()) {
      throw new LookoutError('MEDIA_GONE', `the ${kind} of alert ${alert.id} is not there any more.`);
    }
    return new Bytes({ file, type, name: basename(name) });
  };
  return [
    route({
      method: 'GET', path: '/v1/alerts/:id/snapshot', scope: 'viewer', tag: 'alerts', summary: 'The picture of an alert',
      params, response: { bytes: ['image/jpeg', 'image/png'] }, handle: ({ params: { id } }) => bytesOf(id, 'snapshot'),
    }),
    route({
      method: 'GET', path: '/v1/alerts/:id/clip', scope: 'viewer', tag: 'alerts', summary: 'The clip of an alert', description: 'Parts of it can be had by `Range`.',
      params, response: { bytes: ['video/mp4'] }, handle: ({ params: { id } }) => bytesOf(id, 'clip'),
    }),
  ];
}
