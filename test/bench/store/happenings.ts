import type { Event } from '../../../src/values.ts';

const CAMERAS = Array.from({ length: 32 }, (_, i) => `${['lobby', 'yard', 'door', 'hall', 'shop', 'dock', 'lift', 'gate'][i % 8] ?? ''}-${1 + Math.floor(i / 8)}`);
const DAYS = 30;
const DAY = 86_400_000;

const ENGLISH = {
  who: ['a person', 'a man', 'a woman', 'a child', 'a courier', 'a cyclist', 'two people', 'a cleaner', 'a guard', 'an elderly man'],
  wearing: ['in red', 'in blue', 'in a black jacket', 'in a yellow vest', 'in white', 'with a backpack', 'in a grey hood', 'with an umbrella'],
  does: ['walks past', 'enters through', 'leaves by', 'stops at', 'picks up the phone near', 'puts a box down beside', 'opens', 'closes', 'runs towards', 'waits by'],
  what: ['the door', 'the gate', 'the counter', 'the lift', 'the stairs', 'a parked car', 'the shelf', 'the window', 'a bicycle', 'the bench', 'the desk', 'a delivery van'],
};
const CHINESE = {
  who: ['一个人', '一名男子', '一名女子', '一个孩子', '快递员', '骑车人', '两个人', '保洁员', '保安', '一位老人'],
  wearing: ['穿红衣服', '穿蓝衣服', '穿黑色外套', '穿黄色背心', '背着双肩包', '打着雨伞'],
  does: ['走过', '进入', '离开', '停在', '拿起电话靠近', '放下箱子在', '打开', '关上', '跑向', '等在'],
  what: ['大门', '闸门', '柜台', '电梯', '楼梯', '停着的汽车', '货架', '窗户', '自行车', '长椅', '办公桌', '送货车'],
};
/** One happening in so many is of a kind that comes seldom. */
const RARE: readonly (readonly [number, string, string])[] = [
  [1000, 'a dog runs across the yard', '一只狗跑过院子'], [10_000, 'a person falls on the stairs', '有人在楼梯上摔倒'],
  [100_000, 'smoke rises from the dustbin', '垃圾桶冒出浓烟'], [1_000_000, 'a fox jumps over the fence', '一只狐狸跳过栅栏'],
];

/** Numbers below `n`, the same in every run. */
export type Chance = (n: number) => number;

export function chance(seed: number): Chance {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

/** The range that `count` happenings are spread over, ms. */
export const FROM = Date.UTC(2026, 9, 1);
export const TO = FROM + DAYS * DAY;

/** The common ones come often, as in a language: the first of a list half of the time. */
function one(list: readonly string[], next: Chance): string {
  return list[Math.min(list.length - 1, Math.floor(list.length * (next(1000) / 1000) ** 2))] ?? '';
}

function text(i: number, next: Chance): string {
  const chinese = next(3) === 0;
  const seldom = RARE.findLast(([often]) => next(often) === 0);
  if (seldom) return chinese ? seldom[2] : seldom[1];
  if (next(40) === 0) return chinese ? `车牌京A${10_000 + next(90_000)}的汽车停在大门` : `a car with the plate K${1000 + next(9000)}X${next(100)} stops at the gate`;
  const [of, space] = chinese ? [CHINESE, ''] : [ENGLISH, ' '];
  const wearing = next(4) === 0 ? '' : one(of.wearing, next) + space;
  return `${one(of.who, next)}${space}${wearing}${one(of.does, next)}${space}${one(of.what, next)}`;
}

/** Happening `i` of `count`: of one of 32 cameras, most of them short. */
export function happening(i: number, count: number, next: Chance): Event {
  const start = FROM + ((TO - FROM) / count) * (i + next(1000) / 1000);
  const length = next(20) === 0 ? 60_000 * (1 + next(next(20) === 0 ? 600 : 20)) : 500 + next(30_000);
  const hex = (digits: number): string => next(16 ** digits).toString(16).padStart(digits, '0');
  return {
    id: `${hex(8)}-${hex(4)}-4${hex(3)}-${hex(4)}-${hex(6)}${hex(6)}`, camera: CAMERAS[next(CAMERAS.length)] ?? '', text: text(i, next), start, end: start + length,
    startUncertainty: 125, endUncertainty: 130.25, timeSource: 'rtcp', phase: 'end', windowId: `w${i}`, model: 'Qwen3-VL-2B-Instruct', confidence: 0.5 + next(500) / 1000,
    sightings: 1 + next(6), detectedAt: start + 3100, latency: { capture: 40, queue: 5, infer: 600 },
  };
}

/** A range as people ask for it: minutes, hours, a day, a week or two; now and then of one camera. */
export function range(next: Chance): { since: number; until: number; camera?: string } {
  const length = [5 * 60_000, 3_600_000, 6 * 3_600_000, DAY, 7 * DAY, 14 * DAY][next(6)] ?? DAY;
  const since = FROM + next(TO - FROM - length);
  return { since, until: since + length, ...(next(2) === 0 ? { camera: CAMERAS[next(CAMERAS.length)] ?? '' } : {}) };
}

/** Words that are looked for: frequent, seldom, absent; one, several and phrases; parts of words; English and Chinese. */
export const WORDS = [
  'person', 'phone', 'red', 'a man in red', 'woman lift', 'courier box', 'dog', 'falls', 'smoke', 'fox', 'giraffe', 'person elephant', 'guard umbrella bench',
  'delivery van', 'child runs towards', 'elderly', 'cycl', 'ackpa', 'K1234X', 'plate K', 'dog red', 'fox yellow', 'tv', 'an',
  'elderly cyclist', '保安 老人', '人', '电话', '红衣服', '快递员', '老人 电梯', '狗', '摔倒', '浓烟', '狐狸', '长颈鹿', '拿起电话', '保安 雨伞', '京A12345', '车牌', '送货车', '孩子跑向', '狗 红', '穿红衣服拿起电话靠近办公桌',
] as const;
