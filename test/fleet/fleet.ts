import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort, mosquitto } from '../alerts/mosquitto.ts';
import type { Mosquitto } from '../alerts/mosquitto.ts';
import { lookout, ROOT, workFolder } from '../cli/lookout.ts';
import { type Consumer, consumer } from './consumer.ts';
import { type Filmed, filmCameras } from './filmed.ts';
import { type Member, member } from './member.ts';

/** Everything of the fleet, each part a process of its own. All of it ends with the test. */
export interface Fleet {
  readonly filmed: Filmed;
  readonly broker: Mosquitto;
  readonly consumer: Consumer;
  readonly daemons: readonly Member[];
  readonly engine: Member;
}

const SITE = 'shop';
export const CAMERAS = 12;
export const DAEMONS = 3;

/** What the daemons share; the shard and the state's folder come from outside, as systemd and Kubernetes give them. */
const daemonConfig = (broker: string, engine: string, cameras: string): string => `
site: ${SITE}
model: { backend: openai, name: ${join(ROOT, 'models/demo')} }
engine: { endpoints: [{ url: ${engine}/v1, api_key: "\${ENGINE_TOKEN}", kind: lookout }], at_once: 2, timeout: 10 }
window: { hop: 2 }
mqtt: { url: "${broker}", history: true }
store: { path: "\${STATE_DIRECTORY}/events.db" }
media: { dir: "\${STATE_DIRECTORY}/media", before: 2, after: 1 }
rules_dir: ../rules
network: { allow: [127.0.0.1] }
api: { enabled: false }
cameras:
${cameras}
`;

/** An engine is a Lookout that has no cameras: it answers conversations. */
const engineConfig = (broker: string, port: number): string => `
model: { name: ${join(ROOT, 'models/demo')}, threads: 1 }
mqtt: { url: "${broker}", prefix: engine, discovery: false }
store: { path: "\${STATE_DIRECTORY}/events.db" }
media: { dir: "\${STATE_DIRECTORY}/media" }
ask: { questions: 2, waiting: 16 }
rules_dir: ../engine-rules
api: { port: ${port}, tokens: ../engine-tokens.json, requests_per_minute: 100000 }
cameras: []
`;

const RULES = {
  'rules/phone.yaml': 'alert: someone picks up phone\n',
  'rules/seat.yaml': 'alert: someone sits down\n',
  'rules/fall.yaml': 'alert: someone falls down\nseverity: critical\n',
};

/** Films the cameras, starts broker, consumer, engine and daemons; nothing is watched yet. */
export async function gather(): Promise<Fleet> {
  const folder = workFolder('', RULES);
  mkdirSync(join(folder, 'engine-rules'));
  const filmed = await filmCameras(folder, CAMERAS);
  onTestFinished(() => filmed.stop());
  const broker = await mosquitto('allow_anonymous true\nmax_queued_messages 0');
  onTestFinished(() => broker.remove());
  await broker.start();
  const ears = await consumer(broker.url, 'lookout');
  onTestFinished(() => ears.end());

  const port = await freePort();
  const config = (name: string, text: string): string => {
    const file = join(folder, 'configs', name);
    writeFileSync(file, text.trimStart());
    return file;
  };
  const engineFile = config('engine.yaml', engineConfig(broker.url, port));
  const cameras = filmed.ids.map((id) => `  - { id: ${id}, url: "${filmed.url(id)}" }`).join('\n');
  const daemonFile = config('lookout.yaml', daemonConfig(broker.url, `http://127.0.0.1:${port}`, cameras));
  const engine = member({ folder, name: 'engine', config: engineFile, args: [], env: {} });
  mkdirSync(join(folder, 'engine'), { recursive: true });
  const token = await lookout(folder, ['token', 'add', 'fleet', '--json', '-c', engineFile], { STATE_DIRECTORY: join(folder, 'engine') });
  const { token: key } = JSON.parse(token.stdout) as { token: string };
  const daemons = Array.from({ length: DAEMONS }, (_, n) =>
    member({ folder, name: `daemon-${n + 1}`, config: daemonFile, args: ['--shard', `${n + 1}/${DAEMONS}`], env: { ENGINE_TOKEN: key } }));
  return { filmed, broker, consumer: ears, daemons, engine };
}
