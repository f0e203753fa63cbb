import type { Frame, Packet, Stream } from 'node-av/lib';
import { openSoftware } from './codec.ts';
import type { VideoCodec } from './codec.ts';
import { DeviceLost, openHardware } from './hardware.ts';

/**
 * The stream's codec on hardware where that is wanted and works, else on this processor; from hardware that fails on the way it
 * goes over to this processor for good. What the hardware had seen is lost then: `lost` is called, and pictures come again from
 * the next keyframe on, which may be the packet that it failed on. Throws CAMERA_NO_VIDEO.
 */
export async function openCodec(stream: Stream, hardware: 'auto' | 'off', lost: (packet: Packet | null) => void, openDevice: typeof openHardware = openHardware): Promise<VideoCodec> {
  let codec = (hardware === 'auto' ? await openDevice(stream) : undefined) ?? openSoftware(stream);
  let latest: Packet | null = null;

  const giveUp = async (error: unknown): Promise<void> => {
    if (!(error instanceof DeviceLost)) throw error;
    codec.close();
    codec = openSoftware(stream);
    lost(latest);
    if (latest?.isKeyframe) await codec.send(latest);
  };
  return {
    get hardware() {
      return codec.hardware;
    },
    async send(packet) {
      latest = packet;
      await codec.send(packet).catch(giveUp);
    },
    async receive(): Promise<Frame | undefined> {
      try {
        return await codec.receive();
      } catch (error) {
        await giveUp(error);
        return codec.receive();
      }
    },
    flush: () => codec.flush(),
    close: () => codec.close(),
  };
}
