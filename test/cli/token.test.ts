import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageHint } from '../../src/api/url.ts';
import { openTokens } from '../../src/api/tokens.ts';
import { calledHere, lookout, workFolder } from './lookout.ts';

test('a token is made, shown once with the link of the page, listed by name, and removed', async () => {
  const folder = workFolder('api: { host: 0.0.0.0, port: 9000, hosts: [lookout.example] }');
  const book = openTokens(join(folder, 'configs/api-tokens.json'));
  expect((await calledHere(folder, ['token', 'list'])).stdout).toContain('No tokens yet');
  const added = await calledHere(folder, ['token', 'add', 'me', '--scope', 'admin']);
  const token = added.stdout.split('\n')[0] ?? '';
  expect(token).toMatch(/^lookout_[\w-]{43}$/);
  expect(added.stdout).toContain(`http://lookout.example:9000/#token=${token}`);
  expect(book.check(token)).toMatchObject({ name: 'me', scope: 'admin' });
  expect(statSync(join(folder, 'configs/api-tokens.json')).mode & 0o777).toBe(0o600);
  expect(JSON.parse((await calledHere(folder, ['token', 'list', '--json'])).stdout)).toEqual([{ name: 'me', scope: 'admin', created: expect.any(String) }]);
  expect((await calledHere(folder, ['token', 'list'])).stdout).not.toContain(token);
  expect(await calledHere(folder, ['token', 'add', 'me'])).toMatchObject({ code: 1, stderr: expect.stringContaining('TOKEN_EXISTS') });
  expect(await calledHere(folder, ['token', 'add', 'Me!'])).toMatchObject({ code: 2 });
  expect(await calledHere(folder, ['token', 'add', 'you', '--scope', 'root'])).toMatchObject({ code: 2 });
  expect((await calledHere(folder, ['token', 'remove', 'me'])).code).toBe(0);
  expect(book.check(token)).toBeUndefined();
  expect(await calledHere(folder, ['token', 'remove', 'me'])).toMatchObject({ code: 1, stderr: expect.stringContaining('TOKEN_NOT_FOUND') });
});

test('two who add at once lose nothing', async () => {
  const folder = workFolder('');
  await Promise.all(['a', 'b', 'c'].map((name) => lookout(folder, ['token', 'add', name])));
  expect(openTokens(join(folder, 'configs/api-tokens.json')).list().map(({ name }) => name).sort()).toEqual(['a', 'b', 'c']);
});

test('the first line of a start says how to get in', () => {
  expect(pageHint({ host: '127.0.0.1', port: 8750 }, { list: () => [] })).toBe('the page: http://127.0.0.1:8750 (nobody has a token yet: npx lookout token add me --scope admin)');
  expect(pageHint({ host: '::', port: 1, cert: 'c.pem' }, { list: () => [1] })).toBe('the page: https://127.0.0.1:1');
  expect(pageHint({ host: 'fe80::1', port: 1 }, { list: () => [1] })).toBe('the page: http://[fe80::1]:1');
});
