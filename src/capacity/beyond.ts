import type { LoadedConfig } from '../config/load.ts';
import { ownCameras } from '../config/ownCameras.ts';
import { LookoutError } from '../errors.ts';
import { USUAL } from './activity.ts';
import { capacityOf } from './capacity.ts';
import { resolveFigures } from './figures.ts';
import { figuresPath, readFigures } from './figuresFile.ts';
import { differences, fingerprintOf } from './fingerprint.ts';
import { planOf } from './plan.ts';

/**
 * A word where the enabled cameras are more than this machine carries, by figures that were measured on it, with this model and these
 * settings; undefined where they are not, or where there are no such figures. Never throws: it is only advice.
 */
export function beyondCapacity({ config, rules, shard }: Pick<LoadedConfig, 'config' | 'rules' | 'shard'>): string | undefined {
  const cameras = ownCameras({ config, shard }).filter(({ enabled }) => enabled).length;
  const path = figuresPath(config);
  if (path === undefined || cameras === 0) return undefined;
  try {
    const file = readFigures(path);
    if (!file?.fingerprint || differences(file.fingerprint, fingerprintOf(config)).length > 0) return undefined;
    const figures = resolveFigures({ measured: { values: file.values, at: file.at, holds: true } });
    const carried = capacityOf(planOf(config, rules, figures, USUAL));
    if (carried.cameras === undefined || carried.first === undefined || cameras <= carried.cameras) return undefined;
    return `${cameras} cameras are more than this machine carries: ${carried.cameras}, where something moves ${100 * USUAL} % of the time; ${carried.first} ends first. They are all watched, and looked at less often. \`lookout capacity\` shows the arithmetic.`;
  } catch (error) {
    // a file that cannot be read is told by the command that is asked for it
    if (error instanceof LookoutError) return undefined;
    throw error;
  }
}
