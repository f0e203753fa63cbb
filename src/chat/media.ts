import { LookoutError } from '../errors.ts';
import { inTime } from '../health/inTime.ts';
import { readVideoFrames } from '../ingest/file.ts';
import type { FrameSize } from '../ingest/frameSize.ts';
import type { Still, Stills } from '../ingest/stills.ts';
import type { Processing } from '../qwen3vl/checkpoint/checkpoint.ts';
import type { ChatPart, ChatTurn, VideoInput } from '../qwen3vl/model.ts';
import type { Wanted, WantedTurn } from './messages.ts';
import { ChatRefusal, invalid } from './refusals.ts';
import { Sources } from './sources.ts';
import type { SourcesOptions } from './sources.ts';

/** What of the model says how large pictures may be. */
export interface MediaLimits {
  readonly context: number;
  /** pixels on a side of one visual token */
  readonly side: number;
  readonly processing: Processing;
  /** bounds on a frame of a video */
  readonly frameSize: FrameSize;
  /** decodes pictures */
  readonly stills: Stills;
}

/** Pictures of a request, and videos; frames that are given one by one are pictures. */
const MOST = { image: 64, video: 4 };
/** Of the context that pictures may take together; the rest is for words and the answer. */
const SHARE = 0.75;
/** Decoding a video may take so long, ms: all of it is gone through for frames from its end. */
const PATIENCE = 180_000;
/** Tokens of one picture: what the vision tower takes in at once. */
const MOST_IMAGE = 1024;

/** Fetches and decodes what the turns show, in order. Errors are those of `Sources`, and ChatRefusal CHAT_INVALID for what cannot be decoded. */
export async function showTurns(turns: readonly WantedTurn[], fps: number | undefined, limits: MediaLimits, opts: SourcesOptions, signal: AbortSignal): Promise<ChatTurn[]> {
  const wanted = turns.flatMap(({ parts }) => parts.filter((part) => part.kind !== 'text'));
  const stills = wanted.flatMap((part) => (part.kind === 'image' ? [part.url] : part.kind === 'frames' ? part.urls : []));
  const videos = wanted.filter((part) => part.kind === 'video').length;
  if (stills.length > MOST.image || videos > MOST.video) throw invalid('messages', `a request may hold ${MOST.image} pictures and ${MOST.video} videos.`);
  const sources = new Sources(opts);
  const share = Math.floor((limits.context * SHARE) / Math.max(1, wanted.length));
  try {
    const shown = new Map<Wanted, ChatPart>();
    const images = wanted.filter((part) => part.kind === 'image');
    const pictures = await decoded(images.map(({ url, param }) => ({ url, param })), bounded(limits.processing.image, share, limits.side), limits.stills, sources, signal);
    for (const [i, picture] of pictures.entries()) shown.set(images[i] as Wanted, { kind: 'image', picture });
    for (const part of wanted) {
      if (part.kind === 'video') shown.set(part, { kind: 'video', video: await film(part, share, fps, limits, sources, signal) });
      if (part.kind === 'frames') shown.set(part, { kind: 'video', video: await flip(part, share, limits, sources, signal) });
    }
    return turns.map(({ role, parts }) => ({ role, parts: parts.flatMap((part): ChatPart[] => (part.kind === 'text' ? [part] : [shown.get(part)].filter((one) => one !== undefined))) }));
  } finally {
    await sources.close();
  }
}

/** Bounds on a picture that may be `tokens` tokens. */
function bounded({ minPixels, maxPixels }: FrameSize, tokens: number, side: number): FrameSize {
  const most = Math.max(side ** 2, Math.min(maxPixels, Math.min(MOST_IMAGE, tokens) * side ** 2));
  return { minPixels: Math.min(minPixels, most), maxPixels: most };
}

/** All in one child. */
async function decoded(pictures: readonly { readonly url: string; readonly param: string }[], size: FrameSize, stills: Stills, sources: Sources, signal: AbortSignal): Promise<Still[]> {
  const files: string[] = [];
  for (const { url, param } of pictures) files.push(await sources.file(url, 'image', param, signal));
  return (await stills.read(files, size, signal)).map((still, i) => {
    if (still instanceof LookoutError) throw invalid(pictures[i]?.param ?? 'messages', `the picture cannot be decoded: ${still.detail}`);
    return still;
  });
}

/** A video out of pictures. */
async function flip({ urls, times, param }: Extract<Wanted, { kind: 'frames' }>, share: number, { side, frameSize, stills }: MediaLimits, sources: Sources, signal: AbortSignal): Promise<VideoInput> {
  // two frames make one token of a place
  const frames = await decoded(urls.map((url) => ({ url, param })), bounded(frameSize, (2 * share) / urls.length, side), stills, sources, signal);
  if (frames.some(({ width, height }) => width !== frames[0]?.width || height !== frames[0].height)) throw invalid(param, 'frames of a video have to be of one size.');
  return { frames, times };
}

async function film(part: Extract<Wanted, { kind: 'video' }>, share: number, fps: number | undefined, { side, processing, frameSize }: MediaLimits, sources: Sources, signal: AbortSignal): Promise<VideoInput> {
  const file = await sources.file(part.url, 'video', part.param, signal);
  const pixels = Math.max(2 * side ** 2, Math.min(processing.maxPixels, 2 * share * side ** 2));
  const least = Math.min(frameSize.minPixels, pixels / 2);
  const frames = Math.max(2, Math.min(processing.maxFrames, Math.floor(pixels / Math.max(side ** 2, least))));
  const video: { frames: VideoInput['frames'][number][]; times: number[] } = { frames: [], times: [] };
  const decode = async (within: AbortSignal): Promise<void> => {
    for await (const { pts, width, height, data } of readVideoFrames(file, { fps: fps ?? processing.fps, frameSize, plan: { frames, pixels } }, within)) {
      // a stream that changes its size goes on as another one
      if (video.frames[0] && (video.frames[0].width !== width || video.frames[0].height !== height)) break;
      video.frames.push({ width, height, data });
      video.times.push(pts);
    }
  };
  try {
    await inTime(PATIENCE, signal, decode, () => invalid(part.param, `the video takes longer than ${PATIENCE / 60_000} minutes to decode; send a shorter one.`));
  } catch (error) {
    if (!(error instanceof LookoutError) || error instanceof ChatRefusal || signal.aborted) throw error;
    throw invalid(part.param, `the video cannot be decoded: ${error.detail.replaceAll(file, 'it')}`);
  }
  if (video.frames.length === 0) throw invalid(part.param, 'the video holds no picture.');
  return video;
}
