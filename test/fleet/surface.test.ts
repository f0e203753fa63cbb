import { connectAsync } from 'mqtt';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { camerasRoutes } from '../../src/api/routes/cameras.ts';
import { configFiles } from '../../src/config/files.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ownerOf } from '../../src/fleet/shard.ts';
import { mosquitto } from '../alerts/mosquitto.ts';
import { refusal, told } from '../api/routes/house.ts';
import { serve } from '../api/serve.ts';
import { lookout, start, workFolder } from '../cli/lookout.ts';

const IDS = ['hall', 'door', 'yard', 'gate', 'stairs', 'garage'];
const CAMERAS = `cameras:\n${IDS.map((id) => `  - { id: ${id}, url: "rtsp://10.0.0.1/${id}", enabled: false }`).join('\n')}`;

test('doctor says how much of the cameras is this shard’s, and a shard that is none is refused', async () => {
  const folder = workFolder(`site: shop-berlin\nmqtt: { url: "mqtt://127.0.0.1:1" }\n${CAMERAS}`);
  const [{ stdout }, refused] = await Promise.all([lookout(folder, ['doctor', '--json'], { LOOKOUT_SHARD: '2/3' }), lookout(folder, ['run', '--shard', '4/3'])]);
  const configuration = (JSON.parse(stdout) as { name: string; detail: string }[]).find(({ name }) => name === 'configuration');
  expect(configuration?.detail).toMatch(/: 6 cameras, of which shard 2\/3 watches 3, 1 rules, site shop-berlin$/);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/^USAGE: "4\/3" is no shard/)]);
});

test('the API lists a shard’s own cameras, and says whose another one is', async () => {
  const folder = workFolder(CAMERAS);
  const file = join(folder, 'configs/lookout.yaml');
  const loaded = loadConfig(file, { LOOKOUT_SHARD: '2/3' });
  const files = configFiles(file, () => loaded);
  const served = await serve(camerasRoutes({ files, shard: loaded.shard, status: () => undefined, probe: () => Promise.reject(new Error('none')) }));
  onTestFinished(() => served.stop());
  const own = IDS.filter((id) => ownerOf(id, 3) === 2);
  const list = await told<{ items: { id: string }[]; shard: string }>(served.get('/v1/cameras'));
  expect([list.items.map(({ id }) => id), list.shard]).toEqual([own, '2/3']);
  expect(await refusal(served.get('/v1/cameras/door'))).toBe('404 CAMERA_NOT_FOUND');
  expect(await told<{ id: string }>(served.get(`/v1/cameras/${own[0] ?? ''}`))).toMatchObject({ id: own[0] });
});

test('watch follows a site, and its shards', async () => {
  const broker = await mosquitto();
  onTestFinished(() => broker.remove());
  await broker.start();
  const watching = start(workFolder(`site: shop-berlin\nmqtt: { url: "${broker.url}" }`), ['watch']);
  await watching.says('waiting for alerts');
  const client = await connectAsync(broker.url);
  onTestFinished(() => client.endAsync(true));
  await client.publishAsync('lookout/hall/alert', JSON.stringify({ phase: 'new', severity: 'info', event: 'elsewhere', rule: 'other' }), { qos: 1 });
  await client.publishAsync('lookout/shop-berlin/shard/2/available', 'online', { qos: 1, retain: true });
  await client.publishAsync('lookout/shop-berlin/hall/alert', JSON.stringify({ phase: 'new', severity: 'critical', event: 'a person falls', rule: 'fall' }), { qos: 1 });
  await watching.says('[fall]');
  watching.child.kill('SIGINT');
  expect((await watching.outcome).stdout.replace(/\d\d:\d\d:\d\d/g, 'TIME')).toBe('TIME  Shard 2 of Lookout is online\nTIME  CRITICAL  hall: a person falls  [fall]\n');
});
