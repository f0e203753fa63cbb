import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CameraAddedOut } from '../../src/api/schemas/cameras.ts';
import { writeFigures } from '../../src/capacity/figuresFile.ts';
import { fingerprintOf } from '../../src/capacity/fingerprint.ts';
import { withoutSecrets } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/load.ts';
import { house, told } from '../api/routes/house.ts';
import { ROUND } from './worked.ts';

test('who adds a camera over the API beyond what the machine carries is told so, and it is added', async () => {
  const { post, folder, file } = await house();
  const add = (id: string): Promise<CameraAddedOut> => told<CameraAddedOut>(post('/v1/cameras', { id, url: `rtsp://192.168.1.30/${id}` }, { scope: 'editor' }));
  expect(await add('attic')).toMatchObject({ camera: { id: 'attic' }, push_url: null, warnings: [] });
  const { config } = loadConfig(file, withoutSecrets);
  // 3,400 MB usable, 3,000 taken, 125 a camera: three; the fourth that is enabled is one too many
  writeFigures(join(folder, 'log/capacity.json'), { at: Date.now(), stream: '', fingerprint: fingerprintOf(config), values: { ...ROUND, memory_mb: 3400 / 0.9 } });
  expect(await add('cellar')).toMatchObject({ camera: { id: 'cellar' }, warnings: [expect.stringMatching(/^4 cameras are more than this machine carries: 3,.*memory ends first/)] });
});
