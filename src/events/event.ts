import type { Answer, Event, EventPhase } from '../values.ts';
import { confidenceOf, endOf, readingOf, startOf } from './track.ts';
import type { Track } from './track.ts';

/** A track as it is told to the other rooms after `answer`. */
export function toEvent(track: Track, phase: EventPhase, answer: Answer, id: string, detectedAt: number): Event {
  const { key, text } = readingOf(track);
  const start = startOf(track);
  const end = endOf(track);
  return {
    id,
    camera: answer.camera,
    text,
    start: start.at,
    end: Math.max(start.at, end.at),
    startUncertainty: start.uncertainty,
    endUncertainty: end.uncertainty,
    timeSource: answer.timeSource,
    phase,
    windowId: track.seen.at(-1)?.windowId ?? answer.windowId,
    model: answer.model,
    confidence: confidenceOf(track, key),
    sightings: track.seen.length,
    detectedAt,
    // where the time went until it was first told
    latency: track.event?.latency ?? answer.latency,
  };
}
