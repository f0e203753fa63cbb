import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { fingerprint } from '../checkpoint/fingerprint.ts';
import type { ModelOptions } from '../request.ts';
import { FeatureCache } from './featureCache.ts';
import { FeatureDisk } from './featureDisk.ts';

const FEATURE_BYTES = 256 * 2 ** 20;

/** Where a model's features are kept; those of a device are not written to the disk. */
export function openFeatures(checkpoint: Checkpoint, options: ModelOptions, onDevice: boolean): FeatureCache {
  return new FeatureCache(options.featureBytes ?? FEATURE_BYTES, onDevice ? undefined : diskOf(checkpoint, options));
}

/** Features are kept under the name of what they come from: config.json and samples of the weights. */
function diskOf({ config, dir, configText }: Checkpoint, { featureDisk }: ModelOptions): FeatureDisk | undefined {
  if (!featureDisk) return undefined;
  const shape = { tensors: 1 + config.vision.taps.length, width: config.vision.outHidden };
  return new FeatureDisk(featureDisk.dir, fingerprint(dir, configText), featureDisk.maxBytes, shape);
}
