import type { Coverage, Look } from '../record.ts';
import { failed, figure, lasting, passed, percent, plural, quoted, unknown } from './check.ts';
import type { CheckOne } from './check.ts';
import type { WhyNotFacts } from './gather.ts';

// Did the camera, and then the model, see it?

/** A sign of life comes this often, ms; a little more, and the daemon was not running. */
const ALIVE = 10_000;
/** Below this no one would call it what the rule asks for: the model told of other things. */
const UNLIKE = 0.1;
const MOST_QUOTED = 5;

const REASONS: Record<Coverage['reason'], string> = {
  offline: 'it was offline', overloaded: 'the machine could not keep up', dropped: 'pictures were dropped',
  disabled: 'it was switched off', model: 'the model failed',
};

export const watchedCheck: CheckOne = (facts) => {
  const { question, gaps, aliveAt, knownSince, now, time } = facts;
  const { camera, from, to } = question;
  const gap = gaps.find((one) => one.start <= from && (one.end ?? now) >= to);
  if (gap) return failed(`Camera ${camera} was not watched ${stretch(facts, gap)}: ${why(gap)}`, { gaps: [gap] });
  const unseen = uncovered(gaps, from, to, now);
  if (gaps.length > 0 && to > from && unseen >= to - from) return failed(`Camera ${camera} was not watched: ${gaps.map((one) => `${stretch(facts, one)}, ${why(one)}`).join(' ')}`, { gaps });
  if (!facts.candidate && unseen > 0.2 * (to - from)) {
    return failed(`Camera ${camera} was not watched for ${lasting(unseen)} of it: ${gaps.map((one) => `${stretch(facts, one)}, ${why(one)}`).join(' ')} What was watched shows nothing.`, { gaps });
  }
  if (facts.candidate || facts.looks.some((look) => look.to >= from && look.from <= to)) {
    return passed(unseen > 0 ? `Camera ${camera} was watched, but for ${lasting(unseen)} of it.` : `Camera ${camera} was watched.`, { gaps });
  }
  if (aliveAt === null) return failed('Lookout has never run with this log.');
  if (knownSince !== null && to < knownSince) return unknown(`The log has nothing of camera ${camera} before ${time(knownSince)}: it was not watched yet, or that is deleted by now.`);
  if (from > aliveAt + ALIVE) return failed(`Lookout was not running: its last sign of life is of ${time(aliveAt)}.`);
  return passed(`No gap is written down for camera ${camera}.`, { gaps });
};

export const sampledCheck: CheckOne = (facts) => {
  const { question, looks, nearest, looksSince, candidate, time } = facts;
  const covering = looks.filter((look) => look.from <= question.to && look.to >= question.from);
  if (covering.length > 0) return passed(`The model was shown ${plural(covering.length, 'window')} of that time.`, { looks: covering });
  if (candidate?.event) return passed('The model told of an event of that time.', { looks });
  if (looksSince === null) return unknown('No look at this camera is kept.');
  if (looksSince > question.to) return unknown(`Looks are kept from ${time(looksSince)} on only; earlier ones are deleted.`);
  const places = nearest.map((look) => `${look.to < question.from ? 'before' : 'after'}: ${time(look.from)} to ${time(look.to)} (${WHY_LOOKED[look.reason]})`);
  return failed(`The camera was watched, but nothing moved enough for a look at that moment. The nearest looks ${places.join('; ')}.`, { looks: nearest });
};

const WHY_LOOKED: Record<Look['reason'], string> = { hop: 'something moved', activity: 'something had moved', heartbeat: 'a look at a still scene' };

export const toldCheck: CheckOne = (facts) => {
  const { candidate, looks, question } = facts;
  const doubtful = unsure(facts);
  const { decision, event } = candidate ?? {};
  const unlike = decision?.outcome === 'below_threshold' && decision.score !== null && decision.score < Math.min(UNLIKE, decision.threshold);
  if (candidate && !(unlike && question.event === undefined)) return passed(`The model told of ${event ? quoted(event.text) : 'something then'}.`, event ? { event } : {});
  if (doubtful.length > 0) return passed(`The model told of ${listed(doubtful.map((s) => quoted(s.text)))}.`, { looks });
  if (event && decision && unlike) {
    return failed(otherThings(facts, event.text, decision.score ?? 0), { looks, event, decision });
  }
  const shown = looks.flatMap((look) => look.sightings);
  if (looks.length === 0) return unknown('What the model told of that time is not kept.');
  if (shown.length === 0) return failed(`The model was shown ${plural(looks.length, 'window')} and told of nothing.`, { looks });
  const within = sightingsThen(facts);
  if (within.length > 0) return passed(`The model told of ${listed(within.map((s) => quoted(s.text)))}.`, { looks });
  return failed(`The model was shown ${plural(looks.length, 'window')} and told of nothing then, only of ${listed([...new Set(shown.map((s) => quoted(s.text)))])} at other times.`, { looks });
};

export const sureCheck: CheckOne = (facts) => {
  const { candidate, minConfidence, looks } = facts;
  const doubtful = unsure(facts);
  const unlike = facts.question.event === undefined && candidate?.decision?.outcome === 'below_threshold' && (candidate.decision.score ?? 1) < UNLIKE;
  if (candidate && !(unlike && doubtful.length > 0)) return passed(candidate.event ? `It was sure enough to be an event (${percent(candidate.event.confidence)}).` : 'It was sure enough.');
  const [best] = [...doubtful].sort((a, b) => b.confidence - a.confidence);
  if (best) {
    return failed(`The model told of ${quoted(best.text)}, but was only ${percent(best.confidence)} sure; below ${percent(minConfidence)} (events.min_confidence) another window has to confirm it, and none did.`, { looks });
  }
  return unknown('What the model told of then became no event that is kept: it is deleted by now, or other windows denied it.', { looks });
};

export const keptCheck: CheckOne = ({ candidate }) => {
  const { event, decision } = candidate ?? {};
  if (event?.phase === 'retracted' && decision?.outcome !== 'alerted') return failed(`The event ${quoted(event.text)} was taken back: later windows, or a second look, denied it.`, { event });
  if (decision?.outcome === 'retracted') return failed('What the rule had found was taken back: later windows, or a second look, denied it.', { decision });
  return passed('The event was not taken back.', event ? { event } : {});
};

type Told = Look['sightings'][number];

function sightingsThen({ looks, question }: WhyNotFacts): Told[] {
  const { from, to, slack } = question;
  return looks.flatMap((look) => look.sightings).filter((s) => s.start <= to + slack && s.end >= from - slack);
}

/** What was told, not surely enough to count, and became no event either. */
function unsure(facts: WhyNotFacts): Told[] {
  if (facts.question.event !== undefined) return [];
  const events = new Set(facts.events.map((event) => plain(event.text)));
  return sightingsThen(facts).filter((s) => s.confidence < facts.minConfidence && !events.has(plain(s.text)));
}

function otherThings({ events }: WhyNotFacts, nearest: string, score: number): string {
  const others = [...new Set(events.map((event) => quoted(event.text)))];
  if (others.length < 2) return `The model was shown that time and told of something else: ${quoted(nearest)}, which scored ${figure(score)}.`;
  return `The model was shown that time and told of other things: ${listed(others)}. The nearest to the rule, ${quoted(nearest)}, scored ${figure(score)}.`;
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/[\s.。]+/gu, ' ').trim();
}

function listed(parts: readonly string[]): string {
  const more = parts.length - MOST_QUOTED;
  return `${parts.slice(0, MOST_QUOTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function stretch({ time }: WhyNotFacts, gap: Coverage): string {
  return gap.end === null ? `since ${time(gap.start)}` : `from ${time(gap.start)} to ${time(gap.end)}`;
}

function why(gap: Coverage): string {
  const detail = gap.detail.trim().replace(/\.$/, '');
  return `${REASONS[gap.reason]}${detail === '' ? '' : ` (${detail})`}.`;
}

/** ms of the stretch that lie in gaps */
function uncovered(gaps: readonly Coverage[], from: number, to: number, now: number): number {
  let [sum, reached] = [0, from];
  for (const gap of [...gaps].sort((a, b) => a.start - b.start)) {
    const [start, end] = [Math.max(reached, gap.start), Math.min(to, gap.end ?? now)];
    if (end > start) sum += end - start;
    reached = Math.max(reached, end);
  }
  return sum;
}

