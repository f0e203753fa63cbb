import { LookoutError } from '../errors.ts';
import { createRoom } from '../demo/room.ts';
import type { Room, TruthEvent } from '../demo/room.ts';
import { allEvents, heldOutRules, satisfies } from '../demo/phrases.ts';
import type { DemoRule } from '../demo/phrases.ts';
import { createRandom } from '../demo/random.ts';
import type { Rule } from '../rules/rule.ts';
import type { Frame } from '../values.ts';
import type { Clip } from './clip.ts';

/** The demo checkpoint was trained on rooms of smaller seeds; those from here on are held out. */
export const HELD_OUT_SEEDS = 3_000_000_000;
const SEEDS_PER_SET = 10_000;
/** The camera's frames as ingest hands them out: every second one of 15 a second, at the model's size. */
const FRAME_RATE = 7.5;
const WIDTH = 192;
const HEIGHT = 128;
/** Of the rules that watch a scene: so many for what happens in it, so many for anything. */
const RULES_TO_THE_POINT = 3;
const OTHER_RULES = 3;

/** Length of a scene where nothing else is asked for, s. */
export const SCENE_SECONDS = 20;

/** `count` rendered scenes that no training has seen, with their truth and rules in wordings never trained. */
export function heldOutScenes(count: number, set: number, duration: number): Clip[] {
  return heldOutRooms(count, set, duration).map(sceneClip);
}

export function heldOutRooms(count: number, set: number, duration: number): Room[] {
  if (count > SEEDS_PER_SET) throw new LookoutError('USAGE', `There are ${SEEDS_PER_SET} scenes of a seed, not ${count}.`);
  return Array.from({ length: count }, (_, i) => {
    const seed = HELD_OUT_SEEDS + (Math.trunc(set) % 100_000) * SEEDS_PER_SET + i;
    return createRoom(seed, { duration });
  });
}

function sceneClip(room: Room): Clip {
  const asked = chooseRules(room);
  return {
    name: `scene ${room.seed}`,
    duration: room.duration,
    frames: () => roomFrames(room),
    labels: room.events,
    rules: asked.map(toRule),
    satisfied: room.events.map((e) => asked.flatMap((rule, i) => (satisfies(e, rule) ? [ruleId(i)] : []))),
  };
}

function* roomFrames(room: Room): Generator<Frame> {
  for (let i = 0; i / FRAME_RATE < room.duration; i++) {
    const pts = i / FRAME_RATE;
    const data = room.render(pts, WIDTH, HEIGHT);
    yield { camera: 'scene', pts, at: pts * 1000, uncertainty: 0, timeSource: 'file', width: WIDTH, height: HEIGHT, data };
  }
}

/** Rules of held-out wording, each a different thing to look for; drawn by the room's seed. */
function chooseRules(room: Room): DemoRule[] {
  const random = createRandom(room.seed);
  const chosen = new Map<string, DemoRule>();
  const add = (e: Pick<TruthEvent, 'kind' | 'wear'>): void => {
    const wear = random.chance(0.5) ? e.wear : null;
    const key = `${e.kind} ${wear ?? ''}`;
    if (!chosen.has(key)) chosen.set(key, random.pick(heldOutRules(e.kind, wear)));
  };
  for (let i = 0; i < RULES_TO_THE_POINT && room.events.length > 0; i++) add(random.pick(room.events));
  for (let i = 0; i < OTHER_RULES; i++) add(random.pick(allEvents()));
  return [...chosen.values()];
}

function toRule(rule: DemoRule, i: number): Rule {
  return { id: ruleId(i), alert: rule.text, cameras: [], cooldown: 0, severity: 'info', threshold: 0.5, enabled: true };
}

function ruleId(i: number): string {
  return `rule-${i + 1}`;
}
