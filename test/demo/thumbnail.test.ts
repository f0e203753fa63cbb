import { expect, it } from 'vitest';
import { shrink } from '../../src/demo/thumbnail.ts';

it('shrinks a picture by averaging, and cuts what is left over', () => {
  // 5 × 2 pixels: two cells of 2 × 2 and a column that is left over
  const px = (v: number): number[] => [v, v + 1, v + 2];
  const data = Uint8Array.from([...px(0), ...px(4), ...px(100), ...px(100), ...px(9), ...px(8), ...px(12), ...px(104), ...px(104), ...px(9)]);
  const small = shrink(data, 5, 2, 2);
  expect([small.width, small.height]).toEqual([2, 1]);
  expect([...small.data]).toEqual([6, 7, 8, 102, 103, 104]);
});
