import { describe, expect, it } from 'vitest';
import { amount, progressBar } from '../../src/cli/progressBar.ts';

function recorder(isTTY: boolean, columns = 200) {
  let text = '';
  const stream = { isTTY, columns, write: (chunk: string | Uint8Array) => ((text += String(chunk)), true) };
  let clock = 0;
  return { ends: { stream, now: () => clock }, tick: (ms: number) => (clock += ms), text: () => text };
}

describe('progressBar', () => {
  it('shows amount, rate and time left on a terminal, and sums up at the end', () => {
    const at = recorder(true);
    const bar = progressBar({ label: 'model.safetensors', total: 100_000_000, unit: 'bytes' }, at.ends);
    at.tick(2000);
    bar.advance(50_000_000);
    expect(at.text()).toBe('\r\u001b[K████████████░░░░░░░░░░░░ model.safetensors 50.0 MB of 100 MB, 25.0 MB/s, 2 s left');
    at.tick(10);
    bar.advance(1); // too soon to be drawn again
    expect(at.text().split('\r')).toHaveLength(2);
    at.tick(1990);
    bar.advance(49_999_999);
    bar.done();
    expect(at.text()).toContain('\r\u001b[Kmodel.safetensors: 100 MB in 4 s, 25.0 MB/s\n');
  });

  it('takes the rate from the last seconds, and not from what an earlier run had done', () => {
    const at = recorder(true);
    const bar = progressBar({ label: 'a', total: 1000, unit: 'layers', already: 400 }, at.ends);
    for (let i = 0; i < 20; i++) {
      at.tick(1000);
      bar.advance(i < 10 ? 40 : 10);
    }
    expect(at.text()).toMatch(/a 900\/1000 layers, 10 layers\/s, 10 s left$/);
  });

  it('writes plain lines seldom where there is no terminal, and none about the end of what was cut short', () => {
    const at = recorder(false);
    const bar = progressBar({ label: 'a', total: 3600, unit: 'layers' }, at.ends);
    for (let i = 0; i < 30; i++) {
      at.tick(1000);
      bar.advance(1);
    }
    bar.done();
    expect(at.text()).toBe('a 15/3600 layers, 1 layers/s, 59 min 45 s left\na 30/3600 layers, 1 layers/s, 59 min 30 s left\n');
  });

  it('never wraps, nor breaks where things have to be done again', () => {
    const at = recorder(true, 40);
    const bar = progressBar({ label: 'a-very-long-name-of-a-file', total: 10, unit: 'bytes' }, at.ends);
    bar.advance(-5);
    at.tick(200);
    bar.advance(50);
    for (const line of at.text().split('\r\u001b[K')) expect(line.length).toBeLessThan(40);
    expect(() => progressBar({ label: 'nothing', total: 0, unit: 'bytes' }, at.ends).advance(0)).not.toThrow();
  });

  it('lets a line stand that is no part of it, and says nothing where there was nothing to do', () => {
    const at = recorder(true);
    const bar = progressBar({ label: 'a', total: 10, unit: 'bytes', already: 10 }, at.ends);
    bar.advance(0);
    bar.note('lost');
    bar.done();
    expect(at.text()).toMatch(/10 bytes of 10 bytes\r.\[Klost\n\r.\[K$/);
  });

  it('tells bytes in powers of 1000', () => {
    expect([0, 999, 1000, 4_255_140_312, 5e15].map((n) => amount(n, 'bytes'))).toEqual(['0 bytes', '999 bytes', '1.0 kB', '4.3 GB', '5000 TB']);
  });
});
