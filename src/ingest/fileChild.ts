import { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import { runChild, sendToParent } from '../health/childSide.ts';
import { parseAddress } from './address.ts';
import { createDecoder } from './decoder.ts';
import { Credit, FileInit } from './fileWire.ts';
import type { FromFile } from './fileWire.ts';
import { createPicker } from './picker.ts';
import { openSource } from './source.ts';
import type { Source } from './source.ts';

/** Decodes a file as fast as its reader takes the frames. */

let credit = 0;
let granted = (): void => undefined;
const send = (message: FromFile): boolean => sendToParent(message);

runChild({
  init: (raw) => {
    const init = FileInit.parse(raw);
    read(init).then(
      () => send({ kind: 'end' }),
      (error: unknown) => send({ kind: 'failed', detail: error instanceof LookoutError ? error.detail : String(error) }),
    );
  },
  message: (raw) => {
    credit += Credit.parse(raw).more;
    granted();
  },
  stop: () => undefined,
});

/** Decoding starts so long before what is wanted, ms: a keyframe is found by its DTS, which B-frames put before its PTS. */
const EARLIER = 1000;

async function read(init: FileInit): Promise<void> {
  const { path, from, to } = init;
  const source = await openSource(parseAddress(path), { transport: 'tcp', network: { allow: [], tls: 'verify' } }, () => undefined);
  send({ kind: 'opened', duration: source.duration });
  if (from > EARLIER) await source.seek(source.start + from - EARLIER);
  const { frameSize, fps, frames } = planned(init, source.duration);
  const decoder = await createDecoder(source, { frameSize, hardware: 'off' });
  const picker = createPicker(fps);
  let left = frames;
  let over = false;
  let stamped = false;
  for await (const packet of packets(source)) {
    for await (const picture of decoder.decode(packet)) {
      stamped = true;
      const at = picture.pts - source.start;
      over ||= at > to;
      if (!over && at >= from && picker(picture.pts)) {
        const image = await picture.image();
        if (credit === 0) await new Promise<void>((resolve) => (granted = resolve));
        credit -= 1;
        send({ kind: 'frame', pts: at / 1000, ...image });
        over = --left <= 0;
      }
      picture.free();
    }
    if (over) break;
  }
  if (decoder.decoded > 0 && !stamped) throw new LookoutError('VIDEO_UNREADABLE', `${path} does not say when its pictures were taken; put it into a container, such as mp4.`);
  decoder.close();
  await source.close();
}

/** As many frames as are wanted, the last one at the end where the file says how long it is; each as large as all of them may be. */
function planned({ plan, fps, frameSize, from, to }: FileInit, duration: number | undefined): Pick<FileInit, 'fps' | 'frameSize'> & { frames: number } {
  if (!plan) return { fps, frameSize, frames: Infinity };
  const span = duration === undefined ? undefined : Math.max(0, Math.min(to, duration) - from) / 1000;
  const frames = span === undefined ? plan.frames : Math.min(plan.frames, Math.floor(span * fps) + 1);
  const maxPixels = Math.min(frameSize.maxPixels, plan.pixels / frames);
  const size = { minPixels: Math.min(frameSize.minPixels, maxPixels), maxPixels };
  return { fps: span === undefined || frames >= span * fps ? fps : Math.max(1, frames - 1) / span, frameSize: size, frames };
}

/** The file's packets, then null, which drains the decoder. */
async function* packets(source: Source): AsyncGenerator<Packet | null> {
  const packet = new Packet();
  packet.alloc();
  try {
    while (await source.next(packet)) yield packet;
    yield null;
  } finally {
    packet.free();
  }
}
