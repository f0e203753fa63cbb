import { expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import type { EngineManner } from '../peers/engine.ts';
import { CALL, engine, fault, rig, until } from './rig.ts';

/** What each of them costs: one coded error, and no more than these bytes. */
const FAULTS: readonly (readonly [string, EngineManner, string])[] = [
  ['hangs before the headers', { fault: 'hang' }, 'ENGINE_TIMEOUT'],
  ['hangs in the body', { fault: 'hang in the body' }, 'ENGINE_TIMEOUT'],
  ['answers by a byte at a time', { fault: 'trickle' }, 'ENGINE_TIMEOUT'],
  ['writes for ever', { fault: 'endless' }, 'ENGINE_ANSWER'],
  ['answers with 10 MB', { fault: 'big' }, 'ENGINE_ANSWER'],
  ['announces 10 MB', { fault: 'big', told: true }, 'ENGINE_ANSWER'],
  ['answers with no JSON', { fault: 'no json' }, 'ENGINE_ANSWER'],
  ['leads elsewhere', { fault: 'redirect' }, 'ENGINE_ANSWER'],
  ['sends 100 kB of headers', { fault: 'headers' }, 'ENGINE_ANSWER'],
  ['speaks no HTTP', { fault: 'no http' }, 'ENGINE_ANSWER'],
  ['closes in the middle', { fault: 'half' }, 'ENGINE_UNREACHABLE'],
  ['resets the connection', { fault: 'reset' }, 'ENGINE_UNREACHABLE'],
  ['fails', { fault: 'status', status: 500 }, 'ENGINE_FAILED'],
  ['is overloaded', { fault: 'status', status: 503 }, 'ENGINE_FAILED'],
  ['wants less', { fault: 'status', status: 429 }, 'ENGINE_BUSY'],
  ['does not understand', { fault: 'status', status: 400, words: 'max_tokens?' }, 'ENGINE_REFUSED'],
];

test.each(FAULTS)('an engine that %s costs a coded error', async (_, manner, code) => {
  const one = await engine();
  const { pool, ask } = rig([one], { timeout: 600, retryBudget: 0 });
  await pool.ready;
  await one.behave(manner);
  const error = await fault(ask());
  expect(error.code).toBe(code);
  expect(error.detail).toMatch(/127\.0\.0\.1|answers 400/);
  // the engine is told to stop
  await until(async () => (await one.counts()).outstanding === 0);
  await one.behave({});
  await expect(ask()).resolves.toMatchObject({ json: { usage: { prompt_tokens: 100 } } });
});

test('a redirect is not followed, and no key goes elsewhere', async () => {
  const [one, other] = [await engine(), await engine()];
  const { pool, ask } = rig([one], { retryBudget: 0 });
  await pool.ready;
  await one.behave({ fault: 'redirect', to: `${other.url}/chat/completions` });
  expect(await fault(ask())).toMatchObject({ code: 'ENGINE_ANSWER' });
  expect(await other.counts()).toMatchObject({ requests: 0, checks: 0 });
});

test('the limit of an answer is the request’s', async () => {
  const one = await engine();
  const { pool, ask } = rig([one]);
  await pool.ready;
  expect(await fault(ask({ bytes: 20 }))).toMatchObject({ code: 'ENGINE_ANSWER' });
  await one.behave({ fault: 'big' });
  await expect(ask({ bytes: 20_000_000 })).resolves.toMatchObject({ endpoint: `127.0.0.1:${one.port}` });
});

test('a deadline that is near ends a request, and one that is past begins none', async () => {
  const one = await engine();
  const { pool, ask } = rig([one]);
  await pool.ready;
  await one.behave({ fault: 'hang' });
  expect(await fault(ask({ deadline: Date.now() + 200 }))).toMatchObject({ code: 'ENGINE_TIMEOUT' });
  const before = (await one.counts()).requests;
  expect(await fault(ask({ deadline: Date.now() - 5 }))).toMatchObject({ code: 'ENGINE_BUSY' });
  expect((await one.counts()).requests).toBe(before);
});

test('whoever does not want the answer any more stops the engine too', async () => {
  const one = await engine();
  const { pool, ask } = rig([one]);
  await pool.ready;
  await one.behave({ fault: 'hang' });
  const stop = new AbortController();
  const asked = ask({ signal: stop.signal });
  await until(async () => (await one.counts()).outstanding === 1);
  const reason = new Error('enough');
  stop.abort(reason);
  await expect(asked).rejects.toBe(reason);
  await until(async () => (await one.counts()).abandoned === 1);
  await expect(ask({ signal: stop.signal })).rejects.toBe(reason);
  expect(pool.figures()).toMatchObject({ waiting: 0, endpoints: [{ state: 'closed', outstanding: 0 }] });
});

test('a key goes to the engine and nowhere else, also where the engine repeats it', async () => {
  const one = await engine();
  const { pool, ask, lines } = rig([{ url: one.url, apiKey: new Secret('sk-very-secret') }], { retryBudget: 0 });
  await pool.ready;
  expect((await ask()).json).toMatchObject({ key: 'Bearer sk-very-secret' });
  await one.behave({ fault: 'status', status: 401, words: 'Incorrect key sk-very-secret\ngiven.' });
  const error = await fault(ask());
  expect(error).toMatchObject({ code: 'ENGINE_REFUSED', status: 401 });
  expect(`${error.message} ${JSON.stringify(error)} ${lines.join('')}`).not.toContain('very-secret');
  expect(error.detail).toContain('Incorrect key [redacted]');
  expect(lines.join('')).toContain('ENGINE_REFUSED');
});

test('a request that cannot be made is an error of the request’s', async () => {
  const one = await engine();
  const { pool } = rig([one]);
  await pool.ready;
  expect(await fault(pool.request(() => undefined, {}))).toMatchObject({ code: 'ENGINE_UNSUITABLE' });
  await expect(pool.request(() => { throw new RangeError('frames'); }, {})).rejects.toThrow(RangeError);
  await expect(pool.request(() => CALL, {})).resolves.toBeDefined();
});
