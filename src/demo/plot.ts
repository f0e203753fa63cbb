import { doorX, INSIDE, type Mind, OUTSIDE, placeFurniture, standingPlace } from './places.ts';
import { createRandom, type Random } from './random.ts';
import { type Actor, eventText, type Kind, type Layout, type Story, type TruthEvent, WEAR } from './story.ts';

/** seconds: how long the act takes, and when within it a picture shows that it happened */
const TIMING: Record<Kind, readonly [duration: number, decisive: number]> = {
  enters: [0.7, 0.35],
  leaves: [0.7, 0.45],
  picks_up_phone: [1.1, 0.5],
  puts_down_phone: [1.1, 0.6],
  sits_down: [0.7, 0.35],
  stands_up: [0.7, 0.35],
  falls: [0.7, 0.35],
  gets_up: [0.9, 0.45],
  leaves_bag: [0.9, 0.45],
  takes_bag: [0.9, 0.45],
  light_off: [0.2, 0.1],
  light_on: [0.2, 0.1],
};

/** Write a story: people come, act and go, one thing after another, with idle stretches; the last seconds are quiet. */
export function writeStory(seed: number, duration: number): Story {
  const random = createRandom(seed);
  const doorLeft = random.chance(0.5);
  const layout = placeFurniture(random, doorLeft);
  const wears = [...WEAR].map((w) => ({ w, k: random.uniform(0, 1) })).sort((a, b) => a.k - b.k).map((e) => e.w);
  const count = random.chance(0.55) ? 2 : 1;
  const minds: Mind[] = [];
  const actors: Actor[] = [];
  for (let i = 0; i < count; i++) {
    const inside = random.chance(0.45);
    const x = inside ? standingPlace(random, minds, i, layout) : doorX(layout, -OUTSIDE);
    minds.push({ inside, x, posture: 'stand', phone: false, bag: false, side: 1 });
    actors.push({ wear: wears[i]!, floor: i === 0 ? 112 : 106, segments: [], inside, x, skin: random.integer(0, 3), hair: random.integer(0, 3) });
  }
  const bagCarrier = random.chance(0.5) ? random.integer(0, count - 1) : null;
  const bagAtStart = bagCarrier === null && random.chance(0.3) ? random.integer(45, 150) : null;
  if (bagCarrier !== null) minds[bagCarrier]!.bag = true;
  const lightAtStart = random.chance(0.88);
  const writer = new StoryWriter(random, layout, minds, actors, lightAtStart, bagAtStart);
  writer.write(duration);
  return { duration, layout, actors, events: writer.events, lightAtStart, bagAtStart, bagCarrier };
}

/** Holds the story's state while it is being written. */
class StoryWriter {
  readonly events: TruthEvent[] = [];
  private readonly random: Random;
  private readonly layout: Layout;
  private readonly minds: Mind[];
  private readonly actors: readonly Actor[];
  private t = 0;
  private light: boolean;
  private bagX: number | null;
  private phoneFree = true;

  constructor(random: Random, layout: Layout, minds: Mind[], actors: readonly Actor[], light: boolean, bagX: number | null) {
    this.random = random;
    this.layout = layout;
    this.minds = minds;
    this.actors = actors;
    this.light = light;
    this.bagX = bagX;
  }

  write(duration: number): void {
    const last = duration - 5;
    this.t = this.random.uniform(1.2, 3);
    while (this.t < last) {
      const before = this.t;
      const i = this.random.integer(0, this.minds.length - 1);
      const kind = this.choose(this.minds[i]!);
      if (kind !== null) this.perform(i, kind, last);
      this.t += this.t > before ? this.pause() : 0.2;
    }
  }

  private pause(): number {
    const u = this.random.uniform(0, 1);
    if (u < 0.5) return this.random.uniform(0.5, 1.6);
    return u < 0.87 ? this.random.uniform(1.6, 4) : this.random.uniform(5, 11);
  }

  /** What a person in this state may do next; null where nothing fits. */
  private choose(m: Mind): Kind | 'walk' | null {
    const r = this.random;
    if (!m.inside) return r.chance(0.85) ? 'enters' : r.chance(this.light ? 0.5 : 1) ? this.switchLight() : null;
    if (m.posture === 'lie') return 'gets_up';
    if (m.posture === 'sit') return r.chance(0.8) ? 'stands_up' : this.switchLight();
    if (!this.light && r.chance(0.45)) return 'light_on';
    if (m.phone) return r.chance(0.75) ? 'puts_down_phone' : r.chance(0.5) ? 'walk' : this.switchLight();
    const options: (Kind | 'walk')[] = ['leaves', 'falls', 'sits_down', 'walk', this.switchLight()];
    if (m.bag) options.push('leaves_bag', 'leaves_bag', 'leaves_bag');
    if (!m.bag && this.phoneFree) options.push('picks_up_phone', 'picks_up_phone');
    if (!m.bag && this.bagX !== null) options.push('takes_bag', 'takes_bag');
    return r.pick(options);
  }

  private switchLight(): Kind {
    return this.light ? 'light_off' : 'light_on';
  }

  private perform(i: number, kind: Kind | 'walk', last: number): void {
    const m = this.minds[i]!;
    const place = this.placeFor(i, kind);
    if (place === null) return;
    if (kind !== 'enters' && m.inside && m.posture === 'stand' && Math.abs(place - m.x) > 0.5) this.walk(i, place);
    if (kind === 'walk' || this.t > last) return;
    const [duration, decisive] = TIMING[kind];
    const stretch = kind.startsWith('light') ? 1 : this.random.uniform(0.85, 1.2);
    const start = this.t;
    const end = start + duration * stretch;
    const wear = kind.startsWith('light') ? null : this.actors[i]!.wear;
    const x1 = kind === 'enters' ? doorX(this.layout, INSIDE) : kind === 'leaves' ? doorX(this.layout, -OUTSIDE) : m.x;
    if (wear !== null) this.actors[i]!.segments.push({ start, end, kind, x0: m.x, x1, side: m.side });
    this.events.push({ kind, wear, text: eventText(kind, wear), start, end, decisive: start + decisive * stretch });
    this.t = end;
    this.settle(m, kind, x1);
    if (kind === 'enters') this.walk(i, standingPlace(this.random, this.minds, i, this.layout));
  }

  /** Where the act happens; null where somebody or something is in the way. */
  private placeFor(i: number, kind: Kind | 'walk'): number | null {
    const m = this.minds[i]!;
    const others = this.minds.filter((o, k) => k !== i && o.inside);
    const free = (x: number, gap = 24): boolean => others.every((o) => Math.abs(o.x - x) >= gap);
    if (kind.startsWith('light') || kind === 'stands_up' || kind === 'gets_up' || kind === 'enters') return m.x;
    if (kind === 'walk') return standingPlace(this.random, this.minds, i, this.layout);
    if (kind === 'leaves') return doorX(this.layout, INSIDE);
    if (kind === 'sits_down') return free(this.layout.chair) ? this.layout.chair : null;
    if (kind === 'picks_up_phone' || kind === 'puts_down_phone') return free(this.layout.table + 17) ? this.layout.table + 17 : null;
    if (kind === 'takes_bag') return this.bagX !== null && free(this.bagX - 13) && this.bagX > 40 ? this.bagX - 13 : null;
    if (kind === 'falls') {
      m.side = m.x < 96 ? 1 : -1;
      return others.every((o) => (o.x - m.x) * m.side < -14 || (o.x - m.x) * m.side > 72) ? m.x : null;
    }
    return m.x > 28 && m.x < 160 && free(m.x) ? m.x : null;
  }

  private walk(i: number, to: number): void {
    const m = this.minds[i]!;
    const seconds = Math.max(0.3, Math.abs(to - m.x) / this.random.uniform(36, 52));
    this.actors[i]!.segments.push({ start: this.t, end: this.t + seconds, kind: 'walk', x0: m.x, x1: to, side: 1 });
    this.t += seconds;
    m.x = to;
  }

  private settle(m: Mind, kind: Kind, x: number): void {
    m.x = x;
    if (kind === 'enters') m.inside = true;
    if (kind === 'leaves') m.inside = false;
    if (kind === 'picks_up_phone' || kind === 'puts_down_phone') {
      m.phone = kind === 'picks_up_phone';
      this.phoneFree = !m.phone;
    }
    if (kind === 'sits_down') m.posture = 'sit';
    if (kind === 'falls') m.posture = 'lie';
    if (kind === 'stands_up' || kind === 'gets_up') m.posture = 'stand';
    if (kind === 'leaves_bag' || kind === 'takes_bag') {
      m.bag = kind === 'takes_bag';
      this.bagX = m.bag ? null : m.x + 13;
    }
    if (kind === 'light_off' || kind === 'light_on') this.light = kind === 'light_on';
  }
}
