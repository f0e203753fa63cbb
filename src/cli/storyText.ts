import { join } from 'node:path';
import { figure, lasting, percent, plural, quoted } from '../explain/check.ts';
import type { AlertStory, Deleted, EventStory } from '../explain/story.ts';
import type { KeptAlert } from '../explain/log.ts';
import type { Decision, Look } from '../record.ts';
import type { Event, LatencySplit } from '../values.ts';
import { localTime } from './print.ts';

/** Windows and decisions that people get to see; programs get all. */
const MOST = 12;

const OUTCOMES: Record<Decision['outcome'], string> = {
  alerted: 'alerted', below_threshold: 'below the threshold', cooldown: 'in cooldown', out_of_schedule: 'out of schedule', snoozed: 'snoozed',
  waiting: 'waits for the rest', averted: 'came to nothing', denied: 'denied by a second look', repeated: 'told already', retracted: 'taken back', dropped: 'not asked: the model could not keep up',
};
const DELETED: Record<Deleted, string> = {
  events: 'Of the events that it rests on, some are deleted by now.',
  looks: 'What the model was shown and said of it is not kept any more.',
  decisions: 'What the rules decided is not kept any more.',
};

/** The story in short lines; `media` is the folder of pictures and clips. */
export function storyLines(story: AlertStory | EventStory, media: string): string[] {
  return story.kind === 'alert' ? alertLines(story, media) : eventLines(story);
}

function alertLines({ alert, phases, evidence, looks, decisions, feedback, deleted }: AlertStory, media: string): string[] {
  const files = (['snapshot', 'clip'] as const).flatMap((kind) => (alert[kind] === null ? [] : [`${kind === 'clip' ? 'Clip' : 'Snapshot'} ${join(media, alert[kind])}`]));
  return [
    `Alert ${alert.id}, ${alert.severity}, rule ${alert.ruleId} ${quoted(alert.ruleText)}, camera ${alert.camera}`,
    alert.eventId === null ? `${quoted(alert.text)} had not happened by ${localTime(alert.happenedAt)}: ${times(alert)}.` : `${quoted(alert.text)} happened at ${localTime(alert.happenedAt)}: ${times(alert)}.`,
    ...(alert.evidence.length === 0 && alert.eventId === null ? [] : [`Score ${figure(alert.score)} under ${quoted(alert.clause)}; the threshold is ${figure(alert.threshold)}.`]),
    ...(alert.verified === null ? [] : [`A second look at the frames scored ${figure(alert.verified)}.`]),
    ...evidence.map(({ evidence: one, event }) => `Rests on event ${one.eventId}: ${quoted(one.text)} at ${localTime(one.start)}, score ${figure(one.score)} under ${quoted(one.clause)}${event ? `, ${confidenceOf(event)}` : ''}.`),
    `Recognised at ${localTime(alert.detectedAt)}, ${lasting(Math.max(0, alert.detectedAt - alert.happenedAt))} after it happened. ${latency(alert.latency)}`,
    ...phases.map(phaseLine),
    ...files,
    ...(files.length === 0 ? ['No picture and no clip.'] : []),
    ...lookLines(looks),
    ...decisionLines(decisions),
    ...feedback.map((one) => `Judged ${one.right ? 'right' : 'wrong'} at ${localTime(one.at)}${one.note === '' ? '.' : `: ${quoted(one.note)}`}`),
    ...deleted.map((what) => DELETED[what]),
  ];
}

function eventLines({ event, looks, decisions, alerts, deleted }: EventStory): string[] {
  return [
    `Event ${event.id}, camera ${event.camera}: ${quoted(event.text)}, ${PHASES[event.phase]}`,
    `${times(event)}; ${confidenceOf(event)}.`,
    `Recognised at ${localTime(event.detectedAt)} by ${event.model}. ${latency(event.latency)}`,
    ...lookLines(looks),
    ...decisionLines(decisions),
    ...alerts.map((alert) => `Alert ${alert.id} by rule ${alert.ruleId}: ${delivery(alert)}.`),
    ...(alerts.length === 0 ? ['No alert was given for it.'] : []),
    ...deleted.map((what) => DELETED[what]),
  ];
}

const PHASES: Record<Event['phase'], string> = { new: 'under way', update: 'under way', end: 'over', retracted: 'taken back' };

function times(one: Pick<Event, 'start' | 'end' | 'startUncertainty' | 'endUncertainty' | 'timeSource'>): string {
  const clocks = { rtcp: "the camera's clock", arrival: 'the time of arrival', file: "the file's own time" };
  return `from ${localTime(one.start)} ±${lasting(one.startUncertainty)} to ${localTime(one.end)} ±${lasting(one.endUncertainty)}, by ${clocks[one.timeSource]}`;
}

function confidenceOf(event: Event): string {
  return `the model was ${percent(event.confidence)} sure, in ${plural(event.sightings, 'window')}`;
}

function latency(split: Partial<LatencySplit>): string {
  const parts = (['capture', 'queue', 'infer', 'match', 'publish'] as const).flatMap((part) => (split[part] === undefined ? [] : [`${part} ${lasting(split[part])}`]));
  return `Of that: ${parts.join(', ')}.`;
}

function phaseLine(alert: KeptAlert): string {
  return `Phase ${alert.phase}: ${delivery(alert)}.`;
}

function delivery(alert: KeptAlert): string {
  return alert.delivered ? `the broker took it at ${localTime(alert.publishedAt)}` : `made at ${localTime(alert.publishedAt)}, waits for the broker`;
}

function lookLines(looks: readonly Look[]): string[] {
  return [
    ...looks.slice(0, MOST).map((look) => `Shown ${localTime(look.from)} to ${localTime(look.to)}, ${plural(look.frames, 'frame')} (${look.reason}): ${told(look)}`),
    ...(looks.length > MOST ? [`… and ${plural(looks.length - MOST, 'window')} more; see --json.`] : []),
  ];
}

function told(look: Look): string {
  if (look.sightings.length === 0) return 'the model told of nothing.';
  return `the model told of ${look.sightings.map((s) => `${quoted(s.text)} (${percent(s.confidence)})`).join(', ')}.`;
}

function decisionLines(decisions: readonly Decision[]): string[] {
  return [
    ...decisions.slice(0, MOST).map((d) => `Rule ${d.ruleId} at ${localTime(d.decidedAt)}: ${OUTCOMES[d.outcome]}${d.score === null ? '' : `, score ${figure(d.score)} of ${figure(d.threshold)} under ${quoted(d.clause)}`}${d.detail === '' ? '' : `; ${d.detail}`}.`),
    ...(decisions.length > MOST ? [`… and ${plural(decisions.length - MOST, 'decision')} more; see --json.`] : []),
  ];
}
