import { hostname } from 'node:os';
import { hostOf, newPushKey, pushAddress } from '../../config/cameraEntry.ts';
import { changeCamera } from '../../config/change.ts';
import type { Change } from '../../config/change.ts';
import { addCamera, removeCamera } from '../../config/edit.ts';
import type { CameraEntry } from '../../config/edit.ts';
import type { ConfigFiles } from '../../config/files.ts';
import type { Config } from '../../config/schema.ts';
import { LookoutError } from '../../errors.ts';
import { ownerOf, owns, shardName } from '../../fleet/shard.ts';
import type { Shard } from '../../fleet/shard.ts';
import type { Rule } from '../../rules/rule.ts';
import { etagIn } from '../asked.ts';
import { cameraOut, statusOut } from '../cameraShape.ts';
import type { StatusNow } from '../cameraShape.ts';
import { Headed, route } from '../route.ts';
import type { Principal, Route } from '../route.ts';
import { cameraAdded, cameraBody, cameraParams, cameraPatch, cameraSchema, camerasAnswer, probeAnswer, probeBody } from '../schemas/cameras.ts';
import type { CameraOut, ProbeOut } from '../schemas/cameras.ts';
import { problemOut } from '../shapes.ts';

export interface ProbeOrder {
  readonly camera?: string;
  readonly url?: string;
  readonly transport?: 'tcp' | 'udp';
  readonly tls?: 'verify' | 'any';
  readonly seconds: number;
}

export interface CamerasNeeds {
  /** which of several daemons this is that share the cameras: only its own are told of */
  readonly shard?: Shard | undefined;
  readonly files: ConfigFiles;
  /** how a camera fares; undefined where the daemon has not taken it up */
  status(camera: string): StatusNow | undefined;
  /** looks at a camera or an address for some seconds; ends when `signal` aborts */
  probe(order: ProbeOrder, signal: AbortSignal): Promise<ProbeOut>;
  /** a word where these cameras are more than the machine carries */
  beyond?(asked: { readonly config: Config; readonly rules: readonly Rule[] }): string | undefined;
}

/** The cameras, edits of them in the configuration's file, and a look at one. */
export function camerasRoutes(needs: CamerasNeeds): Route[] {
  const { files, shard } = needs;
  const all = (): CameraOut[] => {
    const read = files.read();
    const rules = read.rules.map(({ rule }) => rule);
    return read.config.cameras.map((camera) => cameraOut(camera, read.source, rules, statusOut(camera, needs.status(camera.id))));
  };
  const one = (id: string): CameraOut => {
    const camera = all().find((other) => other.id === id);
    if (!camera) throw new LookoutError('CAMERA_NOT_FOUND', `there is no camera ${id}.`);
    return camera;
  };
  return [
    route({
      method: 'GET', path: '/v1/cameras', scope: 'viewer', tag: 'cameras', summary: 'The cameras and how they fare', response: { json: camerasAnswer },
      handle: ({ who }) => ({ items: all().filter(({ id }) => owns(shard, id)).map((camera) => seenBy(camera, who)), shard: shard ? shardName(shard) : null, problem: problemOut(files.read().problem) }),
    }),
    route({
      method: 'GET', path: '/v1/cameras/:camera', scope: 'viewer', tag: 'cameras', summary: 'One camera', params: cameraParams, response: { json: cameraSchema },
      handle({ params, who }) {
        const camera = one(params.camera);
        if (shard && !owns(shard, camera.id)) throw new LookoutError('CAMERA_NOT_FOUND', `camera ${camera.id} is watched by shard ${ownerOf(camera.id, shard.of)} of ${shard.of}, and this is shard ${shard.index}.`);
        return tagged(seenBy(camera, who), files);
      },
    }),
    ...edits(needs, one),
    route({
      method: 'POST', path: '/v1/cameras/probe', scope: 'editor', tag: 'cameras', heavy: true,
      summary: 'Look at a camera or an address, and tell what it sends and costs', description: 'Takes as long as it looks, and as the camera takes to answer: a minute at most for the first picture.',
      body: probeBody, response: { json: probeAnswer },
      handle({ body, signal }) {
        if ((body.camera === undefined) === (body.url === undefined)) throw new LookoutError('USAGE', 'give either the id of a camera or an address.');
        return needs.probe(body, signal);
      },
    }),
  ];
}

function edits({ files, beyond }: CamerasNeeds, one: (id: string) => CameraOut): Route[] {
  return [
    route({
      method: 'POST', path: '/v1/cameras', scope: 'editor', tag: 'cameras', status: 201,
      summary: 'Add a camera', description: 'One that is pulled from `url`, or with `push: true` one that publishes to Lookout by a key that is made for it and told this once.',
      body: cameraBody, response: { json: cameraAdded },
      handle({ body, who }) {
        refuseVariables(body, who);
        const { push, ...rest } = body;
        if (Number(push ?? false) + Number(rest.url !== undefined) + Number(rest.rtmp_key !== undefined) !== 1) throw new LookoutError('USAGE', 'a camera has either a url, or push: true.');
        const key = push ? newPushKey() : undefined;
        addCamera(files.file, { ...rest, ...(key === undefined ? {} : { rtmp_key: key }) } as CameraEntry);
        const { config, rules } = files.read();
        const warning = beyond?.({ config, rules: rules.map(({ rule }) => rule) });
        return { camera: one(rest.id), push_url: key === undefined ? null : pushAddress(config.rtmp, key, hostname()), warnings: warning === undefined ? [] : [warning] };
      },
    }),
    route({
      method: 'PATCH', path: '/v1/cameras/:camera', scope: 'editor', tag: 'cameras',
      summary: 'Change keys of a camera', description: 'In the configuration’s file, whose comments stay. Null takes a key out. With If-Match it is refused (412) where the file was edited in between.',
      params: cameraParams, body: cameraPatch, response: { json: cameraSchema },
      handle({ params, body, who, head }) {
        refuseVariables(body, who);
        changeCamera(files.file, params.camera, body as Change<CameraEntry>, etagIn(head.ifMatch));
        return tagged(one(params.camera), files);
      },
    }),
    route({
      method: 'DELETE', path: '/v1/cameras/:camera', scope: 'editor', tag: 'cameras',
      summary: 'Remove a camera', description: 'Its events stay in the log. A camera that a rule names cannot be removed.', params: cameraParams, response: { empty: true },
      handle({ params, head }) {
        removeCamera(files.file, params.camera, etagIn(head.ifMatch));
        return undefined;
      },
    }),
  ];
}

/** Some cameras have their secret in the path of the address: who cannot edit cameras is told the host. */
function seenBy(camera: CameraOut, { scope }: Principal): CameraOut {
  return scope === 'viewer' ? { ...camera, source: hostOf(camera.source) } : camera;
}

function tagged(camera: CameraOut, files: ConfigFiles): Headed {
  const { etag } = files.read();
  return new Headed(camera, etag === null ? {} : { etag: `"${etag}"` });
}

/** Whoever chooses the address could have any variable of the environment sent to it. */
function refuseVariables(body: Readonly<Record<string, unknown>>, { scope }: Principal): void {
  if (scope === 'admin' || !JSON.stringify(body).includes('${')) return;
  throw new LookoutError('TOKEN_SCOPE', '${…} stands for an environment variable, which is for admins to name.');
}
