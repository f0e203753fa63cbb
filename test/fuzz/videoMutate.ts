import { isParameterSet } from '../peers/accessUnits.ts';
import type { Clip, Codec } from '../peers/accessUnits.ts';
import type { Random } from './mutate.ts';

/** Access units, each a list of NAL units: parameter sets stand before the first. */
export type Group = readonly (readonly Buffer[])[];

const upTo = (random: Random, limit: number): number => Math.floor(random() * limit);
const pick = <T>(random: Random, list: readonly T[]): T => list[upTo(random, list.length)] as T;
const noise = (random: Random, length: number): Buffer => Buffer.from(Array.from({ length }, () => upTo(random, 256)));

/** The clip's groups, each from a keyframe on. */
export function groupsOf(clip: Clip): Group[] {
  const groups: Buffer[][][] = [];
  for (const { nals, keyframe } of clip.units) {
    if (keyframe) groups.push([[...clip.parameters, ...nals]]);
    else groups.at(-1)?.push([...nals]);
  }
  return groups;
}

/** Bits flipped, early more often than late, since headers steer what follows. */
function flip(random: Random, nal: Buffer, times: number): Buffer {
  const copy = Buffer.from(nal);
  for (let i = 0; i < times; i++) {
    const at = Math.floor(random() ** 2 * copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << upTo(random, 8));
  }
  return copy;
}

const someNals = (random: Random, group: Group, share: number, change: (nal: Buffer) => readonly Buffer[]): Group =>
  group.map((nals) => nals.flatMap((nal) => (random() < share ? change(nal) : [nal])));

/** Writes numbers of so many bits, and Exp-Golomb codes (ITU-T H.264 9.1). */
function writeBits(parts: readonly (readonly [value: number, bits: number | 'ue'])[]): Buffer {
  const bits = parts.map(([value, size]) => {
    if (size !== 'ue') return value.toString(2).padStart(size, '0');
    const code = (value + 1).toString(2);
    return '0'.repeat(code.length - 1) + code;
  });
  const text = `${bits.join('')}1`;
  return Buffer.from((text.padEnd(Math.ceil(text.length / 8) * 8, '0').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** A sequence parameter set of H.264 (7.3.2.1.1) of so many macroblocks, with so many reference frames. */
function hugeSps(width: number, height: number, references: number): Buffer {
  const head: [number, number | 'ue'][] = [[0x67, 8], [77, 8], [0, 8], [62, 8], [0, 'ue']];
  const order: [number, number | 'ue'][] = [[0, 'ue'], [0, 'ue'], [4, 'ue'], [references, 'ue'], [0, 1]];
  return writeBits([...head, ...order, [width - 1, 'ue'], [height - 1, 'ue'], [1, 1], [1, 1], [0, 1], [0, 1]]);
}

type Mutation = (random: Random, group: Group, other: Group, codec: Codec) => Group;

const KINDS: Record<string, Mutation> = {
  'bits flipped': (random, group) => someNals(random, group, 0.5, (nal) => [flip(random, nal, 1 + upTo(random, 8))]),
  'many bits flipped': (random, group) => someNals(random, group, 0.5, (nal) => [flip(random, nal, Math.ceil(nal.length / 8))]),
  'parameter sets flipped': (random, group, _, codec) => group.map((nals) => nals.map((nal) => (isParameterSet(codec, nal) ? flip(random, nal, 1 + upTo(random, 4)) : nal))),
  'NAL units cut': (random, group) => someNals(random, group, 0.4, (nal) => [nal.subarray(0, 1 + upTo(random, nal.length))]),
  'heads cut off': (random, group) => someNals(random, group, 0.4, (nal) => [Buffer.concat([nal.subarray(0, 2), nal.subarray(2 + upTo(random, nal.length))])]),
  'NAL units left out': (random, group) => someNals(random, group, 0.3, () => []),
  'NAL units repeated': (random, group) => someNals(random, group, 0.2, (nal) => Array.from({ length: 2 + upTo(random, 20) }, () => nal)),
  'order changed': (random, group) => group.map((nals, i) => (random() < 0.5 ? (group[upTo(random, group.length)] ?? nals) : (group[i] ?? nals))),
  'parameter sets of another stream': (random, group, other, codec) => {
    const sets = other.flat().filter((nal) => isParameterSet(codec, nal));
    return group.map((nals, i) => (i === 0 ? [...sets, ...nals.filter((nal) => !isParameterSet(codec, nal))] : random() < 0.2 ? [...sets, ...nals] : nals));
  },
  'another stream in between': (random, group, other) => group.map((nals, i) => (random() < 0.3 ? [...nals, ...(other[i] ?? [])] : nals)),
  'forged types': (random, group) => someNals(random, group, 0.3, (nal) => [Buffer.concat([Buffer.from([upTo(random, 256)]), nal.subarray(1)])]),
  'huge pictures': (random, group, _, codec) => {
    const side = (): number => pick(random, [1, 2, 120, 512, 1024, 4096, 16_384, 65_535]);
    const sps = hugeSps(side(), side(), pick(random, [1, 4, 16, 31]));
    return codec === 'h264' ? group.map((nals) => nals.flatMap((nal) => (((nal[0] ?? 0) & 31) === 7 ? [sps] : [nal]))) : group.map((nals) => nals.map((nal) => (isParameterSet(codec, nal) ? flip(random, nal, 3) : nal)));
  },
  noise: (random, group) => someNals(random, group, 0.3, () => [noise(random, upTo(random, 2000))]),
  'noise within': (random, group) => someNals(random, group, 0.3, (nal) => [Buffer.concat([nal.subarray(0, 3), noise(random, upTo(random, nal.length))])]),
  unchanged: (_, group) => group,
};

/** A group mutated in one way, now and then in two; the same for the same random numbers. */
export function mutateGroup(random: Random, codec: Codec, groups: readonly Group[]): { names: string[]; group: Group } {
  const names = Array.from({ length: random() < 0.8 ? 1 : 2 }, () => pick(random, Object.keys(KINDS)));
  const group = names.reduce<Group>((mutated, name) => KINDS[name]?.(random, mutated, pick(random, groups), codec) ?? mutated, pick(random, groups));
  return { names, group };
}
