import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { chatServer } from '../chat/chatServer.ts';
import type { Engine } from './found.ts';

/** Lookout's own API with the demo checkpoint: what one Lookout can be for another. */
export async function startLookout(): Promise<Engine> {
  const server = await chatServer(DEMO_MODEL);
  return { url: `${server.api.url}/v1`, kind: 'lookout', apiKey: server.api.token('viewer'), stop: () => server.stop() };
}
