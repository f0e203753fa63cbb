import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measure } from '../../src/capacity/measure.ts';
import { loadConfig } from '../../src/config/load.ts';
import { modelProcessOptions } from '../../src/config/modelSettings.ts';
import { addressTarget } from '../../src/daemon/probing.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { createLogger } from '../../src/health/log.ts';
import { startModelProcess } from '../../src/qwen3vl/process/process.ts';
import { treeOf } from '../bench/ingest/processes.ts';
import { workFolder } from '../cli/lookout.ts';

const left = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('lookout-capacity-'));

test('cameras and the demo model are measured for real, and nothing is left behind', { timeout: 120_000 }, async () => {
  const folder = workFolder('', { 'configs/lookout.yaml': `model: { name: ${DEMO_MODEL} }\nstore: { path: ../events.db }\nrules_dir: ../rules\n` });
  const loaded = loadConfig(join(folder, 'configs/lookout.yaml'));
  const before = left();
  const stop = new AbortController();
  const log = createLogger({ level: 'silent' });
  const processes = treeOf(process.pid);
  const said: string[] = [];
  const values = await measure({
    loaded, format: { width: 384, height: 256, fps: 15 }, pace: { film: 3, watch: 3, windows: 0.4, beside: 2, settle: 0.5 }, signal: stop.signal, log, say: (line) => said.push(line),
    cameraAt: (url, config) => addressTarget(url, config, {}).options,
    openModel: () => startModelProcess(modelProcessOptions(loaded.config), stop.signal, log),
  });
  expect(said.length).toBeGreaterThan(2);
  const between = (least: number, most: number): unknown => expect.toSatisfy((value: number) => value > least && value < most);
  expect(values).toMatchObject({
    cores: between(0, 1025), memory_mb: between(100, 1e8), disk_free_gb: between(0, 1e9), disk_write_mb_s: between(0, 1e6),
    camera_active_cores: between(0.001, 2), camera_decoding_cores: between(0.001, 2), camera_memory_mb: between(20, 1000), camera_mbit_s: between(0.001, 50), daemon_memory_mb: between(100, 10_000),
    model_window_ms: between(1, 60_000), model_loaded_window_ms: between(1, 60_000), model_loaded_cores: between(0.01, 1025), model_window_cpu_ms: between(0.5, 60_000), model_cold_ms: between(1, 60_000),
    model_heartbeat_ms: between(1, 60_000), model_score_ms: between(0.05, 60_000), model_memory_mb: between(50, 10_000), model_streams: between(5, 257),
  });
  expect(treeOf(process.pid).filter((pid) => !processes.includes(pid))).toEqual([]);
  expect(left()).toEqual(before);
});
