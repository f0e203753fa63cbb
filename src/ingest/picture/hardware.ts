import type { Stream } from 'node-av/lib';
import type { VideoCodec } from './codec.ts';
/** Hardware stopped decoding. */
export class DeviceLost extends Error {}
export async function openHardware(_stream: Stream): Promise<VideoCodec | undefined> {
  return undefined;
}
