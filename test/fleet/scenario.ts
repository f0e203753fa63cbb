import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../alerts/subscriber.ts';
import type { Fleet } from './fleet.ts';
import { readLog } from './logs.ts';
import type { Span } from './spans.ts';

/** What truly went on, and when; wall clock, ms. */
export interface Course {
  /** from when every camera was watched until the end began */
  readonly watched: Span;
  /** nothing was amiss */
  readonly quiet: Span;
  /** which daemon was killed, and for each of its cameras when there was a picture again */
  readonly killed: { readonly daemon: string; readonly at: number; readonly again: ReadonlyMap<string, number> };
  readonly engine: Span;
  readonly broker: Span;
  /** of each member while all was quiet, MB */
  readonly memory: ReadonlyMap<string, number>;
  /** clients of each camera after all troubles */
  readonly clients: ReadonlyMap<string, number>;
}

/** A film's lap: everything that the cameras show has been before them once. */
const QUIET = 60_000;
const OUTAGE = 8000;
/** After each trouble, so that what it leaves behind is over. */
const CALM = 20_000;
const PATIENCE = 120_000;

/** Everything starts; a daemon, the engine and the broker each go away and come back; everything ends. */
export async function play(fleet: Fleet, say: (line: string) => void): Promise<Course> {
  const { filmed, broker, daemons, engine } = fleet;
  await engine.start();
  await Promise.all(daemons.map((daemon) => daemon.start()));
  await until('every camera to be watched', () => filmed.ids.every((id) => online(fleet, id)), PATIENCE);
  const began = Date.now();
  say('every camera is watched');
  await sleep(QUIET);
  const memory = new Map([...daemons, engine].map((one) => [one.name, one.memory()]));
  const quiet = { start: began, end: Date.now() };

  const killed = await killDaemon(fleet, say);
  await sleep(CALM);
  const engineAway = { start: Date.now(), end: 0 };
  await engine.stop();
  say('the engine is stopped');
  await sleep(OUTAGE);
  await engine.start();
  engineAway.end = Date.now();
  say('the engine is back');
  await until('every daemon to be answered again', () => daemons.every(({ store }) => (readLog(store).looks.at(-1)?.answeredAt ?? 0) > engineAway.end), PATIENCE);
  await sleep(CALM);
  const brokerAway = { start: Date.now(), end: 0 };
  await broker.kill();
  say('the broker is killed');
  await sleep(OUTAGE);
  await broker.start();
  brokerAway.end = Date.now();
  say('the broker is back');
  await sleep(CALM);
  const clients = new Map<string, number>();
  for (const id of filmed.ids) clients.set(id, await filmed.clients(id));
  const watched = { start: began, end: Date.now() };
  await Promise.all(daemons.map((daemon) => daemon.stop()));
  await engine.stop();
  say('all have stopped');
  return { watched, quiet, killed, engine: engineAway, broker: brokerAway, memory, clients };
}

function online({ consumer }: Fleet, camera: string, since = 0): boolean {
  const known = consumer.cameras.get(camera);
  return known?.state === 'online' && known.since_ms > since;
}

/** Kills the daemon with the most cameras, and waits until all of them are watched again. */
async function killDaemon(fleet: Fleet, say: (line: string) => void): Promise<Course['killed']> {
  const { daemons } = fleet;
  const owned = (store: string): string[] => [...new Set(readLog(store).looks.map(({ camera }) => camera))];
  const [victim] = daemons.toSorted((a, b) => owned(b.store).length - owned(a.store).length);
  if (!victim) throw new Error('There are no daemons.');
  const cameras = owned(victim.store);
  const at = await victim.kill();
  say(`${victim.name} is killed, which watches ${cameras.length} cameras`);
  await sleep(OUTAGE);
  const again = new Map<string, number>();
  const over = new AbortController();
  const serving = noteServing(fleet, cameras, again, over.signal);
  try {
    await victim.start();
    await until('its cameras to be watched again', () => cameras.every((id) => online(fleet, id, at)), PATIENCE);
  } finally {
    over.abort();
    await serving;
  }
  say(`${victim.name} watches them again`);
  return { daemon: victim.name, at, again };
}

/** Notes when a camera has the first picture for somebody. */
async function noteServing({ filmed }: Fleet, cameras: readonly string[], again: Map<string, number>, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    for (const id of cameras) if (!again.has(id) && (await filmed.clients(id)) > 0) again.set(id, filmed.firstPicture(id, Date.now()));
    await sleep(100);
  }
}
