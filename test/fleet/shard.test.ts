import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { ownCameras } from '../../src/config/ownCameras.ts';
import { ownerOf, owns, parseShard } from '../../src/fleet/shard.ts';
import { folderWith } from '../config/folder.ts';

/** Ids as people give them, and as machines do. */
const IDS = Array.from({ length: 2000 }, (_, i) => [`camera-${i}`, `gate_${i.toString(36)}`, `b${i % 40}-f${Math.floor(i / 40)}`, createHash('md5').update(String(i)).digest('hex')][i % 4] ?? '');

describe('the owner of a camera', () => {
  it.each([1, 2, 3, 7, 16])('is one of %i, each with about as many', (of) => {
    const counts = Array.from({ length: of }, () => 0);
    for (const id of IDS) {
      const owner = ownerOf(id, of);
      expect(owner >= 1 && owner <= of).toBe(true);
      counts[owner - 1] = (counts[owner - 1] ?? 0) + 1;
    }
    const mean = IDS.length / of;
    // six standard deviations of a binomial
    for (const count of counts) expect(Math.abs(count - mean)).toBeLessThanOrEqual(6 * Math.sqrt(mean));
  });

  it('moves with one more shard to the new one only, and for 1 of n + 1', () => {
    for (let of = 1; of < 8; of++) {
      const moved = IDS.filter((id) => ownerOf(id, of) !== ownerOf(id, of + 1));
      expect(moved.every((id) => ownerOf(id, of + 1) === of + 1)).toBe(true);
      expect(Math.abs(moved.length - IDS.length / (of + 1))).toBeLessThanOrEqual(6 * Math.sqrt(IDS.length / (of + 1)));
    }
  });

  it('stays the same in every version: what is written elsewhere may rely on it', () => {
    expect(['hall', 'door', 'yard', 'gate', 'stairs', 'garage'].map((id) => ownerOf(id, 3))).toEqual([2, 1, 3, 3, 2, 2]);
    for (const id of IDS.slice(0, 50)) expect(owns({ index: ownerOf(id, 5), of: 5 }, id)).toBe(true);
    expect(owns(undefined, 'hall')).toBe(true);
  });
});

describe('a shard', () => {
  it('is i/n', () => {
    expect(parseShard('2/3')).toEqual({ index: 2, of: 3 });
    expect(parseShard('1/1')).toEqual({ index: 1, of: 1 });
  });

  it.each(['', '3', '0/3', '4/3', '-1/3', '1/0', '1/3/5', 'a/b', '1.5/3', ' 1/3', '1/100001'])('is not "%s"', (text) => {
    expect(() => parseShard(text)).toThrow(/^USAGE: /);
  });

  it('takes its share of one configuration, which may name it', () => {
    const cameras = IDS.slice(0, 60).map((id) => `  - { id: ${id.toLowerCase()}, url: "rtsp://10.0.0.1/${id}" }`).join('\n');
    const file = join(folderWith({ 'c.yaml': `model: { name: m }\nstore: { path: "log-\${LOOKOUT_SHARD_INDEX}.db" }\napi: { port: "87\${LOOKOUT_SHARDS}\${LOOKOUT_SHARD_INDEX}" }\ncameras:\n${cameras}\n` }), 'c.yaml');
    const shares = ['1/3', '2/3', '3/3'].map((LOOKOUT_SHARD) => loadConfig(file, { LOOKOUT_SHARD }));
    expect(shares.map(({ config }) => [config.api.port, config.store.path.replace(/^.*\//, ''), config.cameras.length])).toEqual([[8731, 'log-1.db', 60], [8732, 'log-2.db', 60], [8733, 'log-3.db', 60]]);
    expect(shares.flatMap((loaded) => ownCameras(loaded).map(({ id }) => id)).sort()).toEqual(IDS.slice(0, 60).sort());
    const whole = loadConfig(file, {});
    expect([whole.shard, ownCameras(whole).length, whole.config.api.port]).toEqual([undefined, 60, 8711]);
    expect(() => loadConfig(file, { LOOKOUT_SHARD: '4/3' })).toThrow(/^USAGE: "4\/3"/);
  });
});
