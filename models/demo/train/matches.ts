/**
 * Questions "does this event satisfy that rule" with their answers, one JSON object a line, on standard output.
 * Usage: tsx matches.ts <count> <seed>
 */
import { allEvents, type DemoRule, rulesFor, satisfies } from '../../../src/demo/phrases.ts';
import { createRandom } from '../../../src/demo/random.ts';
import { WEAR } from '../../../src/demo/story.ts';
import { matchPrompt } from '../../../src/infer/prompts.ts';

const [count, seed] = process.argv.slice(2).map(Number) as [number, number];
const random = createRandom(seed);
const events = allEvents();
/** pairs that are easily taken for one another */
const NEAR: Record<string, string> = {
  enters: 'leaves', leaves: 'enters', picks_up_phone: 'puts_down_phone', puts_down_phone: 'picks_up_phone', sits_down: 'stands_up', stands_up: 'gets_up',
  falls: 'gets_up', gets_up: 'stands_up', leaves_bag: 'takes_bag', takes_bag: 'leaves_bag', light_off: 'light_on', light_on: 'light_off',
};
const FAR: Record<string, string> = {
  leaves: 'leaves_bag', leaves_bag: 'leaves', takes_bag: 'picks_up_phone', picks_up_phone: 'takes_bag', puts_down_phone: 'leaves_bag', sits_down: 'falls',
  falls: 'sits_down', stands_up: 'leaves', enters: 'stands_up', gets_up: 'enters', light_off: 'falls', light_on: 'enters',
};

for (let n = 0; n < count; n++) {
  const e = random.pick(events);
  const language = random.chance(0.2) ? 'zh' : 'en';
  const u = random.uniform(0, 1);
  let kind = e.kind;
  let wear = random.chance(0.5) ? null : e.wear;
  if (u > 0.8) kind = random.pick(events).kind;
  else if (u > 0.68) kind = NEAR[e.kind] as typeof kind;
  else if (u > 0.58) kind = FAR[e.kind] as typeof kind;
  else if (u > 0.43 && e.wear !== null) wear = random.pick(WEAR);
  if (kind.startsWith('light')) wear = null;
  else if (e.wear === null && random.chance(0.5)) wear = random.pick(WEAR);
  const rule: DemoRule = random.pick(rulesFor(kind, wear, 'train', language));
  const exact = random.chance(0.04);
  const other = random.pick(events);
  const shown = exact ? { ...other, text: other.text } : rule;
  const yes = exact ? other.kind === e.kind && other.wear === e.wear : satisfies(e, rule);
  process.stdout.write(`${JSON.stringify({ prompt: matchPrompt(e.text, shown.text), answer: yes ? 'yes' : 'no' })}\n`);
}
