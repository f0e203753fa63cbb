import type { CodecParameters, IRational } from 'node-av/lib';

/** What the packets of one connection have in common, as long as its parameters stay the same. */
export interface Track {
  /** libav's name */
  readonly codec: string;
  readonly codecpar: CodecParameters;
  /** of the packets' own stamps */
  readonly timeBase: IRational;
}
