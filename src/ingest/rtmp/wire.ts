/** What the door's process is told when it starts; later messages to it are new keys alone. It answers with refusals. */
export interface DoorInit {
  readonly host: string;
  readonly port: number;
  readonly keys: readonly string[];
}
