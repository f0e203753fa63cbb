import { probeCamera } from '../camera/probe.ts';
import { loadConfig } from '../config/load.ts';
import { createLogger } from '../health/log.ts';
import { probeSummary } from './probeSummary.ts';
import { addressTarget, configuredTarget, refusedAddress } from './probing.ts';
import type { ProbeWay } from './probing.ts';

export interface ProbeOrder extends ProbeWay {
  /** id of a camera of the configuration */
  readonly camera?: string;
  /** or an address; files are none */
  readonly url?: string;
  readonly seconds: number;
}

/**
 * Looks at a camera or an address beside the running ones, by the configuration as it is on the disk.
 * @throws LookoutError CAMERA_…, ADDRESS_REFUSED, TLS_UNVERIFIED, CONFIG_…
 */
export async function probeOnce(file: string, { camera, url, seconds, ...way }: ProbeOrder, signal: AbortSignal): Promise<Record<string, unknown>> {
  const { config } = loadConfig(file);
  const target = camera === undefined ? addressTarget(url ?? '', config, way) : configuredTarget(camera, config, way);
  try {
    const found = await probeCamera({ ...target.options, gate: true, seconds }, signal, createLogger({ level: 'silent' }));
    return probeSummary(found, config);
  } catch (error) {
    throw refusedAddress(error, target.options);
  }
}
