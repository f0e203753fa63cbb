import type { Connection } from './connection.ts';

/** What is retained under our topics, kept so that the broker can be told again after a loss. */
export interface Board {
  /** an empty payload takes what is retained away */
  put(topic: string, payload: string): void;
  connected(connection: Connection): void;
  disconnected(): void;
}

/** QoS 0: what gets lost with a connection is sent again on the next one. Bounded by the number of cameras and rules. */
export function board(): Board {
  const newest = new Map<string, string>();
  let connection: Connection | undefined;
  const send = (topic: string, payload: string): void => {
    if (!connection) return;
    connection.publish(topic, payload, { qos: 0, retain: true, ...(payload.startsWith('{') ? { json: {} } : {}) });
    if (payload === '') newest.delete(topic);
  };
  return {
    put(topic, payload) {
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
