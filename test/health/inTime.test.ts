import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inTime } from '../../src/health/inTime.ts';

const late = (cause: unknown): Error => new Error('too late', { cause });
const still = (signal: AbortSignal): Promise<void> => sleep(60_000, undefined, { signal });

test('work that takes too long ends, and says so', async () => {
  await expect(inTime(20, new AbortController().signal, still, late)).rejects.toThrow('too late');
});

test('whoever asked going away is not the work being late, and what goes wrong of itself is told as it is', async () => {
  const asked = new AbortController();
  const work = inTime(60_000, asked.signal, still, late);
  asked.abort();
  await expect(work).rejects.toMatchObject({ name: 'AbortError' });
  await expect(inTime(60_000, new AbortController().signal, () => Promise.reject(new Error('broken')), late)).rejects.toThrow('broken');
  expect(await inTime(60_000, new AbortController().signal, () => Promise.resolve(7), late)).toBe(7);
});
