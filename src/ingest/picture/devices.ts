import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX, AV_PIX_FMT_NONE } from 'node-av/constants';
import type { AVCodecID, AVHWDeviceType, AVPixelFormat } from 'node-av/constants';
import { Codec, HardwareDeviceContext } from 'node-av/lib';
import { programFor } from '../../health/program.ts';

/** A way to decode a codec on a kind of device. */
export interface DeviceWay {
  readonly codec: Codec;
  readonly type: AVHWDeviceType;
  /** libav's name of the kind of device: cuda, vaapi, videotoolbox … */
  readonly name: string;
  /** of frames in the device's memory */
  readonly format: AVPixelFormat;
}

/** A driver that takes longer than this to open its device (ms) is broken. */
const PROBE_TIME = 5000;
/** Files without which a kind of device cannot be there. On other platforms the driver is asked. */
const LINUX_FILES: Record<string, readonly string[]> = {
  cuda: ['/dev/nvidiactl', '/dev/dxg'],
  vaapi: ['/dev/dri/render'],
  drm: ['/dev/dri/render'],
  vulkan: ['/dev/dri/render', '/dev/nvidiactl', '/dev/dxg'],
};

/**
 * The ways that libav's own decoders of a codec name, in its order. Decoders that wrap a vendor's library (cuvid, qsv, v4l2m2m,
 * amf) are left out: the same chips are reached through cuda, vaapi, d3d11va and videotoolbox, and those can go on in software.
 */
export function deviceWays(codecId: AVCodecID): DeviceWay[] {
  const ways: DeviceWay[] = [];
  for (const codec of Codec.getCodecList()) {
    if (codec.id !== codecId || !codec.isDecoder() || codec.wrapper !== null) continue;
    for (let index = 0; ; index++) {
      const way = codec.getHwConfig(index);
      if (!way) break;
      const name = HardwareDeviceContext.getTypeName(way.deviceType);
      if (!name || way.pixFmt === AV_PIX_FMT_NONE || !(way.methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX)) continue;
      ways.push({ codec, type: way.deviceType, name, format: way.pixFmt });
    }
  }
  return ways;
}

/** Whether this machine can have such a device at all, by its files; nothing is opened. */
export function mayExist(name: string): boolean {
  if (process.platform !== 'linux') return true;
  return (LINUX_FILES[name] ?? []).some((file) => {
    const folder = file.slice(0, file.lastIndexOf('/'));
    return existsSync(file) || (existsSync(folder) && readdirSync(folder).some((entry) => `${folder}/${entry}`.startsWith(file)));
  });
}

const probed = new Map<string, Promise<boolean>>();

/**
 * Whether the driver opens the device: tried once per process, in a child, since libav waits for a driver that hangs for ever
 * and one that crashes takes its process along.
 */
export function opens(name: string): Promise<boolean> {
  const known = probed.get(name) ?? probe(name);
  probed.set(name, known);
  return known;
}

function probe(name: string): Promise<boolean> {
  const { file, flags } = programFor(new URL('./deviceProbeChild.ts', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [...flags, file, name], { timeout: PROBE_TIME, killSignal: 'SIGKILL' }, (error) => resolve(!error));
  });
}
