import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { Subject } from 'rxjs';
import { feedEvents } from '../../src/api/feed.ts';
import type { FeedItem } from '../../src/api/feed.ts';
import { alertsRoutes } from '../../src/api/routes/alerts.ts';
import { backtestRoutes } from '../../src/api/routes/backtest.ts';
import { camerasRoutes } from '../../src/api/routes/cameras.ts';
import { configRoutes } from '../../src/api/routes/config.ts';
import { coverageRoutes } from '../../src/api/routes/coverage.ts';
import { eventsRoutes } from '../../src/api/routes/events.ts';
import { explainRoutes } from '../../src/api/routes/explain.ts';
import { feedRoutes } from '../../src/api/routes/feed.ts';
import { feedbackRoutes } from '../../src/api/routes/feedback.ts';
import { looksRoutes } from '../../src/api/routes/looks.ts';
import { rulesRoutes } from '../../src/api/routes/rules.ts';
import { statusRoutes } from '../../src/api/routes/status.ts';
import { whenRoutes } from '../../src/api/routes/when.ts';
import { startApi } from '../../src/api/server.ts';
import { openTokens } from '../../src/api/tokens.ts';
import { configFiles } from '../../src/config/files.ts';
import { loadConfig } from '../../src/config/load.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { createLogger } from '../../src/health/log.ts';
import { scoreBeside } from '../../src/infer/scoreBeside.ts';
import { startModelProcess } from '../../src/qwen3vl/process/process.ts';
import type { ModelProcess } from '../../src/qwen3vl/process/process.ts';
import { wordingsOf } from '../../src/rules/wordings.ts';
import { overheard } from '../../src/store/overheard.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { describeMachine } from './machine.ts';
import { fillPast, keepPutting } from './api/past.ts';
import { watchTurns } from './api/turns.ts';
import { keepWatching } from './api/watching.ts';

/**
 * npm run bench:api: how soon the API answers while everything else goes on: the demo model answers windows in its process, events come
 * into the log at 1,000 a second, somebody tries rules on a quarter of an hour, somebody listens to all that happens, and six people and programs
 * ask this and that from a process of their own. Prints ms by route; `--json` ends with one line of figures.
 */
const str = { type: 'string' } as const;
const { values } = parseArgs({ options: { events: str, seconds: str, people: str, rate: str, json: { type: 'boolean', default: false } } });
const [events, seconds, people, rate] = [Number(values.events ?? 300_000), Number(values.seconds ?? 30), Number(values.people ?? 6), Number(values.rate ?? 1000)];

const folder = mkdtempSync(join(tmpdir(), 'lookout-bench-api-'));
const log = createLogger({ level: 'error' });
const stop = new AbortController();
const { onnxruntime: _, python: __, ...machine } = describeMachine(undefined);
console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.memory_gib} GiB; Node ${machine.node}; load before: ${machine.load}`);

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const news = new Subject<FeedItem>();
const bare = openStore({ path: join(folder, 'lookout.db'), retentionDays: 0 }, log);
fillPast(bare, events, 2, Date.now());
say(`${events} events are in the log after ${(performance.now() / 1000).toFixed(0)} s`);
const store = overheard(bare, (item) => news.next(item));
const model = startModelProcess({ dir: DEMO_MODEL, device: 'cpu', threads: 1, memoryMb: 4096 }, stop.signal, log);
await model.ready;
say(`the model is there after ${(performance.now() / 1000).toFixed(0)} s`);
const tokens = openTokens(join(folder, 'tokens.json'));
const token = tokens.add('bench', 'admin');
const api = await startApi({ host: '127.0.0.1', port: 0, tokens, version: '0', log, routes: routesOf(store, model), check: false, limits: { perMinute: 1e9, heavyPerMinute: 1e9 } }, stop.signal);

const lag = monitorEventLoopDelay({ resolution: 1 });
const windows = keepWatching(model, stop.signal);
const put = keepPutting(store, rate, stop.signal);
const turns = watchTurns(stop.signal);
lag.enable();
const began = performance.now();
const client = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'api/client.ts'), api.url, token, String(seconds), String(people)], { stdio: ['ignore', 'pipe', 'inherit'] });
const { taken, faults, heard } = JSON.parse(await textOf(client.stdout)) as { taken: Record<string, number[]>; faults: Record<string, number>; heard: number };
lag.disable();
say(`asked until ${(performance.now() / 1000).toFixed(0)} s`);
const lasted = (performance.now() - began) / 1000;
const counted = { turnP99: quantile(turns(), 0.99), turnMost: quantile(turns(), 1),  putPerSecond: put() / lasted, windowsPerSecond: windows() / lasted, feedMb: heard / 1e6 };
stop.abort();
await Promise.all([api.done, model.close()]);
store.close();
rmSync(folder, { recursive: true, force: true });
report();

function routesOf(over: Store, scorer: ModelProcess) {
  mkdirSync(join(folder, 'rules'));
  const cameras = ['lobby', 'yard', 'door', 'hall'].map((name) => `  - { id: ${name}-1, url: "rtsp://10.0.0.1/${name}" }\n`).join('');
  writeFileSync(join(folder, 'lookout.yaml'), `model: { name: ${DEMO_MODEL} }\nstore: { path: lookout.db }\ncameras:\n${cameras}`);
  for (let i = 0; i < 20; i++) writeFileSync(join(folder, `rules/rule-${i}.yaml`), `alert: thing ${i} happens\ncooldown: 30s\n`);
  writeFileSync(join(folder, 'rules/phone.yaml'), 'alert: someone picks up phone\n');
  const loaded = loadConfig(join(folder, 'lookout.yaml'));
  const files = configFiles(loaded.file, () => loaded);
  const now = Date.now;
  const common = { log: over, files, now, cameras: () => loaded.config.cameras.map(({ id }) => id), mediaUrl: () => undefined };
  const score = scoreBeside((...args) => scorer.scoreMany(...args), { wordings: wordingsOf });
  return [
    ...eventsRoutes(common), ...alertsRoutes(common), ...looksRoutes(common), ...coverageRoutes(common), ...explainRoutes(common), ...whenRoutes(common), ...rulesRoutes(common),
    ...camerasRoutes({ files, status: () => undefined, probe: () => Promise.reject(new Error('nothing is probed here')) }),
    ...configRoutes({ files, fixed: [], awaitingRestart: () => [] }), ...backtestRoutes({ ...common, score }), ...feedbackRoutes({ ...common, score }),
    ...feedRoutes({ feed$: feedEvents(news, () => undefined), version: '0', now }),
    ...statusRoutes({
      version: '0', startedAt: now(), now, files, awaitingRestart: () => [], log: over, status: () => undefined, held: () => [],
      model: () => ({ name: 'demo', state: 'ready', problem: null, context: scorer.context, device: null, windows: 0, visualTokens: 0 }),
      broker: () => ({ address: loaded.config.mqtt.url, state: 'disconnected', problem: undefined }),
    }),
  ];
}

function quantile(all: readonly number[], q: number): number {
  const sorted = [...all].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

function report(): void {
  const row = (name: string, all: readonly number[]): string => `| ${name} | ${all.length} | ${[0.5, 0.99, 1].map((q) => quantile(all, q).toFixed(1)).join(' | ')} |`;
  const [trials, asked] = [Object.entries(taken).filter(([name]) => name.startsWith('(')), Object.entries(taken).filter(([name]) => !name.startsWith('('))];
  const all = asked.flatMap(([, ms]) => ms);
  const delay = [50, 99].map((q) => (lag.percentile(q) / 1e6).toFixed(1));
  console.log(`${events} events in the log, ${counted.putPerSecond.toFixed(0)} more a second; ${counted.windowsPerSecond.toFixed(1)} windows a second; ${(all.length / lasted).toFixed(0)} requests a second; ${counted.feedMb.toFixed(1)} MB of feed; event loop's delay p50 ${delay[0]} ms, p99 ${delay[1]} ms, most ${(lag.max / 1e6).toFixed(0)} ms, of the processor alone p99 ${counted.turnP99.toFixed(1)} ms, most ${counted.turnMost.toFixed(0)} ms`);
  console.log('| | asked | p50 ms | p99 ms | most ms |\n|---|---|---|---|---|');
  for (const [name, ms] of asked.sort((a, b) => quantile(b[1], 0.99) - quantile(a[1], 0.99))) console.log(row(name, ms));
  console.log(row('all of these', all));
  for (const [name, ms] of trials) console.log(row(name, ms));
  if (Object.keys(faults).length > 0) console.log('refused:', faults);
  if (values.json) console.log(JSON.stringify({ api_p50_ms: quantile(all, 0.5), api_p99_ms: quantile(all, 0.99), lag_p99_ms: lag.percentile(99) / 1e6, machine, details: { ...counted, faults, p99: Object.fromEntries(Object.entries(taken).map(([name, ms]) => [name, quantile(ms, 0.99)])) } }));
}
