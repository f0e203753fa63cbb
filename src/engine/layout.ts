import type { Geometry } from '../qwen3vl/checkpoint/geometry.ts';
import { sideOf } from '../qwen3vl/checkpoint/geometry.ts';
import type { ChatTurn } from '../qwen3vl/decode/turns.ts';
import { formatStamp } from '../qwen3vl/video/frames.ts';
import type { Picture, VideoInput } from '../qwen3vl/video/frames.ts';
import { smartResize, smartResizeImage } from '../qwen3vl/video/resize.ts';

/** How frames reach an engine with their own times: as one video with their times beside it, or as pictures between times. */
export type Layout = 'video' | 'stills';

/** A picture and the size that it is to be sent in: the engine's processor then has nothing to resize. */
export interface Sized {
  readonly picture: Picture;
  readonly width: number;
  readonly height: number;
}

/** A part of a message, before its pictures are packed. */
export type LaidPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly image: Sized }
  /** `ms`: whole milliseconds, one of each frame */
  | { readonly kind: 'video'; readonly frames: readonly Sized[]; readonly ms: readonly number[] };

export interface LaidTurn {
  readonly role: ChatTurn['role'];
  readonly parts: readonly LaidPart[];
}

export interface LaidVideo {
  readonly parts: readonly LaidPart[];
  /** seconds on the stamps, where they are not the means of the frames' pairs */
  readonly stamps?: readonly number[];
  /** as Qwen3-VL cuts pictures into tokens; an engine does not tell */
  readonly visualTokens: number;
}

export interface LayoutOptions {
  readonly layout: Layout;
  readonly geometry: Geometry;
  /** stills: every frame, and not one of each pair */
  readonly everyFrame: boolean;
}

/**
 * A video as an engine is shown it. As stills an engine takes every picture for a video in which nothing moves: each is repeated over
 * the temporal patch and costs what a pair does. So of each pair its later frame is shown, at its own time: the same tokens as for the
 * video, and what is newest is seen.
 */
export function layOutVideo(video: VideoInput, { layout, geometry, everyFrame }: LayoutOptions): LaidVideo {
  if (video.frames.length !== video.times.length) throw new RangeError(`${video.frames.length} frames with ${video.times.length} times`);
  return layout === 'video' ? asVideo(video, geometry) : asStills(video, geometry, everyFrame);
}

function asVideo({ frames, times }: VideoInput, geometry: Geometry): LaidVideo {
  const { patch, merge, temporalPatch } = geometry.vision;
  const { minPixels, maxPixels } = geometry.processing;
  const first = frames[0];
  if (!first) return { parts: [], visualTokens: 0 };
  const side = patch * merge;
  const fits = frames.every(({ width, height }) => width % side === 0 && height % side === 0);
  const { width, height } = fits ? first : smartResize(frames.length, first.height, first.width, side, temporalPatch, minPixels, maxPixels);
  const sized = frames.map((picture) => ({ picture, width, height }));
  return {
    parts: [{ kind: 'video', frames: sized, ms: times.map((seconds) => Math.round(seconds * 1000)) }],
    visualTokens: Math.ceil(frames.length / temporalPatch) * tokensOf(width, height, side),
  };
}

function asStills({ frames, times }: VideoInput, geometry: Geometry, everyFrame: boolean): LaidVideo {
  const { temporalPatch } = geometry.vision;
  const last = frames.length - 1;
  const shown = frames.map((_, i) => i).filter((i) => everyFrame || i % temporalPatch === temporalPatch - 1 || i === last);
  const parts: LaidPart[] = [];
  const stamps: number[] = [];
  let visualTokens = 0;
  for (const i of shown) {
    const picture = frames[i];
    if (!picture) continue;
    const image = sizedStill(picture, geometry);
    const seconds = times[i] ?? 0;
    parts.push({ kind: 'text', text: `<${formatStamp(seconds)} seconds>` }, { kind: 'image', image });
    stamps.push(seconds);
    visualTokens += tokensOf(image.width, image.height, sideOf(geometry));
  }
  return { parts, stamps, visualTokens };
}

/** A picture at the size that the image processor would give it. */
function sizedStill(picture: Picture, geometry: Geometry): Sized {
  return { picture, ...smartResizeImage(picture.height, picture.width, sideOf(geometry), geometry.processing.image) };
}

/**
 * Text from outside with control tokens like <|im_end|> broken up, and llama.cpp's <__media__>, where a picture would belong: engines take
 * them for what they look like.
 */
export function harmless(text: string): string {
  return text.replace(/<\|(?=\w+\|>)/g, '< |').replaceAll('<__media__>', '< __media__>');
}

/** The turns of a conversation. */
export function layOutTurns(turns: readonly ChatTurn[], options: LayoutOptions): { readonly turns: readonly LaidTurn[]; readonly visualTokens: number } {
  let visualTokens = 0;
  const laid = turns.map(({ role, parts }): LaidTurn => ({
    role,
    parts: parts.flatMap((part): readonly LaidPart[] => {
      if (part.kind === 'text') return [{ kind: 'text', text: harmless(part.text) }];
      if (part.kind === 'image') {
        const image = sizedStill(part.picture, options.geometry);
        visualTokens += tokensOf(image.width, image.height, sideOf(options.geometry));
        return [{ kind: 'image', image }];
      }
      const video = layOutVideo(part.video, options);
      visualTokens += video.visualTokens;
      return video.parts;
    }),
  }));
  return { turns: laid, visualTokens };
}

function tokensOf(width: number, height: number, side: number): number {
  return Math.round((width * height) / side ** 2);
}
