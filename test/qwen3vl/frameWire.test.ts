import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/demo/random.ts';
import { FrameReceiver, FrameSender } from '../../src/qwen3vl/process/frameWire.ts';
import type { Picture } from '../../src/qwen3vl/video/frames.ts';

const picture = (n: number, bytes = 12): Picture => ({ width: 2, height: 2, data: new Uint8Array(bytes).fill(n) });
const full = (frames: readonly unknown[]): number => frames.filter((f) => typeof f !== 'number').length;

describe('frames on their way to the model', () => {
  it('go once, however many windows hold them', () => {
    const sender = new FrameSender();
    const receiver = new FrameReceiver();
    const frames = Array.from({ length: 12 }, (_, i) => picture(i));
    for (let at = 0; at + 4 <= frames.length; at += 2) {
      const wire = sender.pack({ frames: frames.slice(at, at + 4), times: [0, 1, 2, 3] });
      expect(full(wire.frames)).toBe(at === 0 ? 4 : 2);
      expect(receiver.unpack(wire)).toEqual({ frames: frames.slice(at, at + 4), times: [0, 1, 2, 3] });
    }
  });

  it('go again when the other side has lost them', () => {
    const sender = new FrameSender();
    const video = { frames: [picture(1), picture(2)], times: [0, 1] };
    sender.pack(video);
    sender.reset();
    expect(new FrameReceiver().unpack(sender.pack(video))).toEqual(video);
    expect(() => new FrameReceiver().unpack(sender.pack(video))).toThrow('never sent');
  });

  it('are forgotten by both sides alike, within a bound', () => {
    const random = createRandom(5);
    const sender = new FrameSender();
    const receiver = new FrameReceiver();
    const frames = Array.from({ length: 40 }, (_, i) => picture(i, 8 * 2 ** 20));
    let sent = 0;
    for (let round = 0; round < 60; round++) {
      const from = random.integer(0, 35);
      const video = { frames: frames.slice(from, from + 4), times: [0, 1, 2, 3] };
      const wire = sender.pack(video);
      sent += full(wire.frames);
      expect(receiver.unpack(wire).frames.map((f) => f.data[0])).toEqual(video.frames.map((f) => f.data[0]));
      if (round % 17 === 16) sender.reset();
    }
    expect(sent).toBeGreaterThan(60);
  });
});
