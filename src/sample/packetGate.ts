/** A packet as the gate sees it: `pts` in ms, `size` in bytes (see payloadSize), `kind` as packetKind tells it. */
export interface PacketSeen {
  readonly pts: number;
  readonly size: number;
  readonly kind: string;
  readonly keyframe: boolean;
}
