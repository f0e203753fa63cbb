import { nalLengths, nalStarts } from '../sample/nalUnits.ts';

/** H.264: SPS and PPS (7.4.1, types 7 and 8). H.265: VPS, SPS and PPS (types 32 to 34). */
const IS_SET: Readonly<Record<string, (header: number) => boolean>> = {
  h264: (header) => (header & 0x1f) === 7 || (header & 0x1f) === 8,
  hevc: (header) => ((header >> 1) & 0x3f) >= 32 && ((header >> 1) & 0x3f) <= 34,
};
const START_CODE = Uint8Array.of(0, 0, 0, 1);

/**
 * The parameter sets that a keyframe brings along, behind start codes, each once; undefined where it brings none, or has lengths in place of start
 * codes. `codec` is libav's name. What a stream said of itself when it was opened may be out of date; this is what the pictures refer to.
 */
export function parameterSets(codec: string, keyframe: Uint8Array): Buffer | undefined {
  const isSet = IS_SET[codec];
  if (!isSet || nalLengths(keyframe)) return undefined;
  const starts = [...nalStarts(keyframe)];
  const sets = new Map<string, Uint8Array>();
  starts.forEach((start, index) => {
    if (!isSet(keyframe[start] ?? 0)) return;
    let end = index + 1 < starts.length ? (starts[index + 1] ?? 0) - 3 : keyframe.length;
    while (end > start && keyframe[end - 1] === 0) end--;
    const unit = keyframe.subarray(start, end);
    sets.set(Buffer.from(unit).toString('latin1'), unit);
  });
  return sets.size === 0 ? undefined : Buffer.concat([...sets.values()].flatMap((unit) => [START_CODE, unit]));
}
