import { AVERROR_INVALIDDATA } from 'node-av/constants';
import { Frame, HardwareDeviceContext } from 'node-av/lib';
import type { CodecContext, Packet, Stream } from 'node-av/lib';
import { prepare, receiveFrame } from './codec.ts';
import type { VideoCodec } from './codec.ts';
import { deviceWays, mayExist, opens } from './devices.ts';
import type { DeviceWay } from './devices.ts';

/** Hardware stopped decoding. */
export class DeviceLost extends Error {}

/** Surfaces beyond what the codec needs: a frame leaves the device at once, so only the one on its way. */
const EXTRA_SURFACES = 2;
/** Packets in a row that give an error: damage in the stream does not last so long, a driver that gave up does. */
const MAX_ERRORS = 25;

/**
 * Decodes on the first device that this machine has for the codec; undefined where there is none. Frames are brought into the
 * processor's memory at once: devices have few surfaces, and pictures are held for seconds.
 *
 * What has run: the choice of a device, its probe, devices that open and then cannot decode (Vulkan on a software driver), and
 * the way back to software. Frames out of a real device (cuda, vaapi, videotoolbox …) have not: no machine had one.
 */
export async function openHardware(stream: Stream, ways: readonly DeviceWay[] = deviceWays(stream.codecpar.codecId).filter((way) => mayExist(way.name))): Promise<VideoCodec | undefined> {
  for (const way of ways) {
    if (!(await opens(way.name))) continue;
    const codec = await openWay(stream, way);
    if (codec) return codec;
  }
  return undefined;
}

async function openWay(stream: Stream, way: DeviceWay): Promise<VideoCodec | undefined> {
  const device = new HardwareDeviceContext();
  if (device.create(way.type) < 0) return undefined;
  const context = prepare(way.codec, stream);
  context.hwDeviceCtx = device;
  context.extraHWFrames = EXTRA_SURFACES;
  context.setHardwarePixelFormat(way.format);
  // the codec keeps a reference of its own
  device.free();
  if ((await context.open2(way.codec, null)) >= 0) return deviceCodec(context, way.name);
  context.freeContext();
  return undefined;
}

function deviceCodec(context: CodecContext, name: string): VideoCodec {
  let inUse = false;
  let errors = 0;
  const judge = (status: number): void => {
    if (status >= 0) return;
    errors += 1;
    if (status !== AVERROR_INVALIDDATA || errors >= MAX_ERRORS) throw new DeviceLost(`${name} cannot decode the stream.`);
  };
  return {
    // known by the first frame: libav itself goes on in software where the device does not know the stream's profile
    get hardware() {
      return inUse ? name : undefined;
    },
    send: async (packet: Packet | null) => judge(await context.sendPacket(packet)),
    async receive() {
      const { frame, status } = await receiveFrame(context);
      if (!frame) return void judge(status);
      errors = 0;
      inUse = frame.isHwFrame();
      if (inUse) return fetchFrame(frame, name);
      context.hwDeviceCtx = null;
      return frame;
    },
    flush: () => context.flushBuffers(),
    close: () => context.freeContext(),
  };
}

/** The frame in the processor's memory, with all that it says of itself; `frame` is freed. */
async function fetchFrame(frame: Frame, name: string): Promise<Frame> {
  const fetched = new Frame();
  fetched.alloc();
  const status = await frame.hwframeTransferData(fetched);
  if (status >= 0) fetched.copyProps(frame);
  frame.free();
  if (status >= 0) return fetched;
  fetched.free();
  throw new DeviceLost(`${name} does not give its pictures out.`);
}
