import { readVideoFrames } from '../ingest/file.ts';
import type { Rule } from '../rules/rule.ts';
import type { Clip } from './clip.ts';
import type { LabelledVideo } from './labels.ts';

/** How frames are read from a file: so many a second, at a size that the model takes. */
export type FrameOptions = Parameters<typeof readVideoFrames>[1];

export function videoClip(video: LabelledVideo, rules: readonly Rule[], frames: FrameOptions): Clip {
  const said = video.labels.some((l) => l.rules !== undefined);
  return {
    name: video.name,
    duration: null,
    frames: (signal) => readVideoFrames(video.path, frames, signal ?? new AbortController().signal),
    labels: video.labels.map((l) => ({ text: l.event, start: l.start, end: l.end })),
    rules: rules.filter((r) => r.enabled),
    satisfied: said ? video.labels.map((l) => l.rules ?? []) : null,
  };
}
