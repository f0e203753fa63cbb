import { expect, test } from 'vitest';
import { createLanes } from '../../src/api/lanes.ts';

const never = new AbortController().signal;

/** What has been let in so far, by name. */
function door(atOnce: number, mostWaiting: number) {
  const lanes = createLanes(atOnce, mostWaiting);
  const inside: string[] = [];
  const leaves = new Map<string, () => void>();
  const come = (name: string, who = name, signal = never): Promise<void> =>
    lanes.enter(who, signal).then((leave) => {
      inside.push(name);
      leaves.set(name, leave);
    });
  const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  return { come, inside, settled, leave: (name: string) => leaves.get(name)?.() };
}

test('one caller never has every place, and the next of another goes before what he has waiting', async () => {
  const { come, inside, settled, leave } = door(4, 16);
  for (const name of ['a1', 'a2', 'a3', 'a4']) void come(name, 'a');
  await settled();
  expect(inside).toEqual(['a1', 'a2', 'a3']);
  await come('b1', 'b');
  void come('c1', 'c');
  leave('b1');
  await settled();
  expect(inside).toEqual(['a1', 'a2', 'a3', 'b1', 'c1']);
  leave('a2');
  leave('a2');
  await settled();
  expect(inside).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'a4']);
});

test('one caller never has the whole line, and a full one sends away', async () => {
  const { come } = door(1, 4);
  await come('a', 'a');
  const waiting = [come('a2', 'a'), come('a3', 'a')];
  await expect(come('a4', 'a')).rejects.toMatchObject({ code: 'SERVER_BUSY' });
  waiting.push(come('b', 'b'), come('c', 'c'));
  await expect(come('d', 'd')).rejects.toMatchObject({ code: 'SERVER_BUSY', message: expect.stringContaining('1 of these are under way, and 4 wait') });
  expect(waiting).toHaveLength(4);
});

test('who gives up leaves the line, and takes no place', async () => {
  const { come, inside, settled, leave } = door(1, 4);
  await come('a');
  const gone = new AbortController();
  const given = come('b', 'b', gone.signal);
  void come('c');
  gone.abort();
  await expect(given).rejects.toMatchObject({ code: 'SERVER_BUSY' });
  await expect(come('d', 'd', gone.signal)).rejects.toMatchObject({ code: 'SERVER_BUSY' });
  leave('a');
  await settled();
  expect(inside).toEqual(['a', 'c']);
});
