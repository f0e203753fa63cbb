import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom, lastValueFrom, take, timeout, toArray } from 'rxjs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { addRule } from '../../src/config/edit.ts';
import { loadConfig } from '../../src/config/load.ts';
import { watchConfig } from '../../src/config/watch.ts';
import { createLogger } from '../../src/health/log.ts';
import { folderWith } from './folder.ts';

const BASE = 'model: { name: m }\n';

function watched(opts: { poll?: number } = {}) {
  const folder = folderWith({ 'c.yaml': BASE, 'rules/a.yaml': 'alert: x y z\n' });
  const file = join(folder, 'c.yaml');
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const log = createLogger({ level: 'silent' });
  const complaints = vi.spyOn(log, 'error');
  const changes$ = watchConfig(loadConfig(file), { signal: stop.signal, log, settle: 30, poll: opts.poll ?? 10_000 });
  return { folder, file, stop, changes$: changes$.pipe(timeout({ each: 10_000 })), complaints };
}

test('an edit of the configuration, a new rule and one replaced by a rename are taken up', async () => {
  const { folder, file, changes$ } = watched();
  const seen = lastValueFrom(changes$.pipe(take(3), toArray()));
  const next = firstValueFrom(changes$);
  writeFileSync(file, `${BASE}cameras: [{ id: cam, url: "rtsp://h" }]\n`);
  await next;
  const second = firstValueFrom(changes$);
  addRule(file, { id: 'b', alert: 'someone falls', cameras: ['cam'] });
  await second;
  writeFileSync(join(folder, 'draft'), 'alert: someone gets up\n');
  renameSync(join(folder, 'draft'), join(folder, 'rules/a.yaml'));
  const [first, then, last] = await seen;
  expect(first?.config.cameras.map((camera) => camera.id)).toEqual(['cam']);
  expect(then?.rules.map((rule) => rule.id)).toEqual(['a', 'b']);
  expect(last?.rules.map((rule) => rule.alert)).toEqual(['someone gets up', 'someone falls']);
});

test('an edit that does not load is told once, with its line, and the next good one is taken up', async () => {
  const { file, changes$, complaints } = watched({ poll: 40 });
  const next = firstValueFrom(changes$);
  writeFileSync(file, `${BASE}windo: {}\n`);
  await vi.waitFor(() => expect(complaints).toHaveBeenCalled(), { timeout: 10_000 });
  // Some polls go by.
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(complaints).toHaveBeenCalledTimes(1);
  expect(complaints.mock.calls[0]).toEqual([{ code: 'CONFIG_INVALID' }, expect.stringContaining('c.yaml:2:1: windo: unknown key; did you mean window?')]);
  writeFileSync(file, `${BASE}window: { hop: 2 }\n`);
  expect((await next).config.window.hop).toBe(2);
});

test('ends with its signal', async () => {
  const { changes$, stop } = watched();
  const all = lastValueFrom(changes$.pipe(toArray()));
  stop.abort();
  expect(await all).toEqual([]);
});
