import { describe, expect, it } from 'vitest';
import { readAmf, writeAmf } from '../../src/ingest/rtmp/amf.ts';
import { ChunkReader } from '../../src/ingest/rtmp/chunks.ts';
import { CAMERA, STRANGER } from '../../src/ingest/rtmp/limits.ts';
import { network } from '../../src/ingest/rtmp/waiting.ts';
import { header, message } from './peer.ts';

const read = (bytes: Buffer, step = bytes.length, limits = CAMERA.chunks as ConstructorParameters<typeof ChunkReader>[0]): { type: number; time: number; text: string }[] => {
  const reader = new ChunkReader(limits);
  const found = [];
  for (let at = 0; at < bytes.length; at += step) {
    for (const { type, time, payload } of reader.read(bytes.subarray(at, at + step))) found.push({ type, time, text: payload.toString() });
  }
  return found;
};
const text = (length: number, letter = 'a'): Buffer => Buffer.alloc(length, letter);
const refused = (reason: RegExp): unknown => expect.objectContaining({ code: 'RTMP_REFUSED', detail: expect.stringMatching(reason) });

describe('the reader of chunks', () => {
  const late = 0x01_00_00_10;
  const session = Buffer.concat([
    message(9, text(300), { id: 4, time: 40 }),
    // delta, same length and type; then the same delta once more
    Buffer.concat([Buffer.from([0x84, 0, 0, 40]), text(128, 'b'), Buffer.from([0xc4]), text(128, 'b'), Buffer.from([0xc4]), text(44, 'b')]),
    Buffer.concat([Buffer.from([0xc4]), text(128, 'c'), Buffer.from([0xc4]), text(128, 'c'), Buffer.from([0xc4]), text(44, 'c')]),
    message(8, text(5, 'd'), { id: 63, time: late }),
    message(9, text(200, 'e'), { id: 5, time: late }),
    message(9, Buffer.alloc(0), { id: 6 }),
  ]);
  const whole = [
    { type: 9, time: 40, text: 'a'.repeat(300) },
    { type: 9, time: 80, text: 'b'.repeat(300) },
    { type: 9, time: 120, text: 'c'.repeat(300) },
    { type: 8, time: late, text: 'd'.repeat(5) },
    { type: 9, time: late, text: 'e'.repeat(200) },
    { type: 9, time: 0, text: '' },
  ];

  it.each([session.length, 1, 2, 3, 7, 11, 17, 127, 131])('reads the same in pieces of %d bytes', (step) => {
    expect(read(session, step)).toEqual(whole);
  });

  it('reads long chunk stream ids, interleaved chunks and new chunk sizes', () => {
    const [a, b] = [text(200, 'a'), text(200, 'b')];
    const id64 = Buffer.concat([Buffer.from([0, 6]), header({ length: 200, type: 9 }).subarray(1)]);
    const id400 = Buffer.concat([Buffer.from([1, 80, 1]), header({ length: 200, type: 8 }).subarray(1)]);
    const mixed = Buffer.concat([id64, a.subarray(0, 128), id400, b.subarray(0, 128), Buffer.from([0xc0, 6]), a.subarray(128), Buffer.from([0xc1, 80, 1]), b.subarray(128)]);
    const larger = Buffer.concat([message(1, Buffer.from([0, 0, 1, 0]), { id: 2 }), message(9, text(500), { id: 4, size: 256 })]);
    expect(read(Buffer.concat([mixed, larger])).map(({ type, text: { length } }) => [type, length])).toEqual([[9, 200], [8, 200], [9, 500]]);
  });

  it('reads encoders that do not repeat the extended timestamp within a message', () => {
    const bare = Buffer.concat([header({ id: 4, time: late, length: 200, type: 9 }), text(128), Buffer.from([0xc4]), text(72)]);
    expect(read(Buffer.concat([bare, bare]), 5)).toEqual([1, 2].map(() => ({ type: 9, time: late, text: 'a'.repeat(200) })));
  });

  it('lets time wrap', () => {
    const wrapped = Buffer.concat([message(9, text(1), { id: 4, time: 0xffff_fff0 }), Buffer.from([0x84, 0, 0, 40]), text(1)]);
    expect(read(wrapped).map(({ time }) => time)).toEqual([0xffff_fff0, 24]);
  });

  it('forgets an aborted message', () => {
    const bytes = Buffer.concat([header({ id: 4, length: 200, type: 9 }), text(128), message(2, Buffer.from([0, 0, 0, 4]), { id: 2 }), message(9, text(3), { id: 4 })]);
    expect(read(bytes)).toEqual([{ type: 9, time: 0, text: 'aaa' }]);
  });

  it.each([
    ['a message larger than its limit', header({ length: 16_385, type: 9 }), /16385 bytes was announced/],
    ['too many chunk streams', Buffer.concat(Array.from({ length: 9 }, (_, i) => message(9, text(1), { id: 3 + i }))), /More than 8 chunk streams/],
    ['too much that is not complete', Buffer.concat(Array.from({ length: 8 }, (_, i) => header({ id: 3 + i, length: 16_384, type: 9 }).subarray(0, 12)).map((head) => Buffer.concat([head, text(128)]))), /Incomplete messages/],
    ['a message within another', Buffer.concat([header({ length: 200, type: 9 }), text(128), header({ length: 200, type: 9 })]), /before the one before it/],
    ['a reference to nothing', Buffer.from([0xc5, 1, 2, 3]), /never was/],
    ['a chunk size of nothing', message(1, Buffer.alloc(4)), /chunk size/],
    ['a chunk size cut short', message(1, Buffer.alloc(0)), /chunk size/],
    ['a chunk size below zero', message(1, Buffer.from([0x80, 0, 0, 0])), /chunk size/],
  ])('refuses %s', (_, bytes, reason) => {
    expect(() => read(bytes, bytes.length, STRANGER.chunks)).toThrow(refused(reason) as Error);
  });
});

describe('AMF0', () => {
  it('is read as it is written', () => {
    const values = ['connect', 1, new Map<string, number | string>([['app', 'live'], ['__proto__', 2]]), null, undefined, true];
    expect(readAmf(writeAmf(...values))).toEqual(values);
  });

  it.each([
    ['an unknown type', Buffer.from([0x11])],
    ['a number cut short', Buffer.from([0, 1])],
    ['a string cut short', Buffer.from([2, 0xff, 0xff, 0x61])],
    ['an object without an end', Buffer.from([3, 0, 1, 0x61, 5])],
    ['a list of 4 billion', Buffer.from([10, 0xff, 0xff, 0xff, 0xff, 5])],
    ['lists 3000 deep', Buffer.concat(Array.from({ length: 3000 }, () => Buffer.from([10, 0, 0, 0, 1])))],
    ['600 values', Buffer.alloc(600, 5)],
  ])('refuses %s', (_, bytes) => {
    expect(() => readAmf(bytes)).toThrow(expect.objectContaining({ code: 'RTMP_REFUSED' }) as Error);
  });
});

describe('whose address it is', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['', ''],
  ])('%s is of %s', (address, expected) => {
    expect(network(address)).toBe(expected);
  });
});
