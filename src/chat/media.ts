import { LookoutError } from '../errors.ts';
import { readVideoFrames } from '../ingest/file.ts';
import type { FrameSize } from '../ingest/frameSize.ts';
import { readStills } from '../ingest/stills.ts';
import type { Processing } from '../qwen3vl/checkpoint/checkpoint.ts';
import type { ChatPart, ChatTurn, VideoInput } from '../qwen3vl/model.ts';
import type { Wanted, WantedTurn } from './messages.ts';
import { invalid } from './refusals.ts';
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
}

/** Pictures of a request, and videos; frames that are given one by one are pictures. */
const MOST = { image: 64, video: 4 };
/** Of the context that pictures may take together; the rest is for words and the answer. */
const SHARE = 0.75;
/** Tokens of one picture: what the vision tower takes in at once. */
const MOST_IMAGE = 1024;

/** Fetches and decodes what the turns show, in order. Errors are those of `Sources`, and Refusal CHAT_INVALID for what cannot be decoded. */
export async function showTurns(turns: readonly WantedTurn[], fps: number | undefined, limits: MediaLimits, opts: SourcesOptions, signal: AbortSignal): Promise<ChatTurn[]> {
  const wanted = turns.flatMap(({ parts }) => parts.filter((part) => part.kind !== 'text'));
  const stills = wanted.flatMap((part) => (part.kind === 'image' ? [part.url] : part.kind === 'frames' ? part.urls : []));
  const videos = wanted.filter((part) => part.kind === 'video').length;
  if (stills.length > MOST.image || videos > MOST.video) throw invalid('messages', `a request may hold ${MOST.image} pictures and ${MOST.video} videos.`);
  const sources = new Sources(opts);
  const share = Math.floor((limits.context * SHARE) / Math.max(1, wanted.length));
  try {
    const shown = new Map<Wanted, ChatPart>();
    for (const part of wanted) shown.set(part, await show(part, share, fps, limits, sources, signal));
    return turns.map(({ role, parts }) => ({ role, parts: parts.flatMap((part): ChatPart[] => (part.kind === 'text' ? [part] : [shown.get(part)].filter((one) => one !== undefined))) }));
  } finally {
    await sources.close();
  }
}

async function show(part: Wanted, share: number, fps: number | undefined, limits: MediaLimits, sources: Sources, signal: AbortSignal): Promise<ChatPart> {
  const { side, processing } = limits;
  if (part.kind === 'video') return { kind: 'video', video: await film(part, share, fps, limits, sources, signal) };
  const urls = part.kind === 'image' ? [part.url] : part.urls;
  // two frames of a video make one token of a place, and so does one picture
  const tokens = Math.max(1, Math.min(MOST_IMAGE, part.kind === 'image' ? share : (2 * share) / urls.length));
  const bounds = part.kind === 'image' ? processing.image : limits.frameSize;
  const maxPixels = Math.max(side ** 2, Math.min(bounds.maxPixels, tokens * side ** 2));
  const files: string[] = [];
  for (const url of urls) files.push(await sources.file(url, 'image', part.param, signal));
  const pictures = (await readStills(files, { minPixels: Math.min(bounds.minPixels, maxPixels), maxPixels }, signal)).map((still) => {
    if (still instanceof LookoutError) throw invalid(part.param, `the picture cannot be decoded: ${still.detail}`);
    return still;
  });
  const [first] = pictures;
  if (!first) throw invalid(part.param, 'there is no picture.');
  if (part.kind === 'image') return { kind: 'image', picture: first };
  if (pictures.some(({ width, height }) => width !== first.width || height !== first.height)) throw invalid(part.param, 'frames of a video have to be of one size.');
  return { kind: 'video', video: { frames: pictures, times: pictures.map((_, i) => i / part.fps) } };
}

async function film(part: Extract<Wanted, { kind: 'video' }>, share: number, fps: number | undefined, { side, processing, frameSize }: MediaLimits, sources: Sources, signal: AbortSignal): Promise<VideoInput> {
  const file = await sources.file(part.url, 'video', part.param, signal);
  const pixels = Math.max(2 * side ** 2, Math.min(processing.maxPixels, 2 * share * side ** 2));
  const least = Math.min(frameSize.minPixels, pixels / 2);
  const frames = Math.max(2, Math.min(processing.maxFrames, Math.floor(pixels / Math.max(side ** 2, least))));
  const video: { frames: VideoInput['frames'][number][]; times: number[] } = { frames: [], times: [] };
  try {
    for await (const { pts, width, height, data } of readVideoFrames(file, { fps: fps ?? processing.fps, frameSize, plan: { frames, pixels } }, signal)) {
      // a stream that changes its size goes on as another one
      if (video.frames[0] && (video.frames[0].width !== width || video.frames[0].height !== height)) break;
      video.frames.push({ width, height, data });
      video.times.push(pts);
    }
  } catch (error) {
    if (!(error instanceof LookoutError) || signal.aborted) throw error;
    throw invalid(part.param, `the video cannot be decoded: ${error.detail.replaceAll(file, 'it')}`);
  }
  if (video.frames.length === 0) throw invalid(part.param, 'the video holds no picture.');
  return video;
}
