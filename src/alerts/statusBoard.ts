import type { Connection } from './connection.ts';
import type { Topics } from './topics.ts';

/** The newest status of every camera, kept so that the broker can be told again after a loss. */
export interface StatusBoard {
  /** an empty payload takes the retained status away */
  put(camera: string, payload: string): void;
  connected(connection: Connection): void;
  disconnected(): void;
}

/** QoS 0: what gets lost with a connection is sent again on the next one. Bounded by the number of cameras. */
export function statusBoard(names: Topics): StatusBoard {
  const newest = new Map<string, string>();
  let connection: Connection | undefined;
  const send = (topic: string, payload: string): void => {
    if (!connection) return;
    connection.publish(topic, payload, { qos: 0, retain: true });
    if (payload === '') newest.delete(topic);
  };
  return {
    put(camera, payload) {
      const topic = names.status(camera);
      newest.set(topic, payload);
      send(topic, payload);
    },
    connected(opened) {
      connection = opened;
      for (const [topic, payload] of newest) send(topic, payload);
    },
    disconnected: () => {
      connection = undefined;
    },
  };
}
