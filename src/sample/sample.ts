import { concatMap, defer } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { Frame, Thumbnail } from '../values.ts';
import type { Candidate, SampleOptions } from './candidate.ts';
import { Sampler } from './sampler.ts';
import { thumbnail } from './thumbnail.ts';

export type { SampleOptions } from './candidate.ts';

/**
 * Keeps the frames of ONE camera that are worth looking at, as the Sampler chooses them: for files and evaluation, where
 * every frame is at hand in full. Frames come out in the order of `at`, never twice.
 */
export function sample(opts: SampleOptions): OperatorFunction<Frame, Frame> {
  return (source) =>
    defer(() => {
      const sampler = new Sampler<WholeFrame>(opts);
      return source.pipe(concatMap((frame) => sampler.take(new WholeFrame(frame)).map((kept) => kept.frame)));
    });
}

/** A frame whose thumbnail is made when it is asked for. */
class WholeFrame implements Candidate {
  readonly frame: Frame;
  readonly at: number;
  #thumbnail: Thumbnail | undefined;

  constructor(frame: Frame) {
    this.frame = frame;
    this.at = frame.at;
  }

  get thumbnail(): Thumbnail {
    this.#thumbnail ??= thumbnail(this.frame);
    return this.#thumbnail;
  }
}
