import type { Finding } from './doctor.ts';

type Outcome = Omit<Finding, 'name'>;

/** What a model could run on here. */
export async function devices(): Promise<Outcome> {
  // not before it is asked for: it loads the runtime's native part, which may be what is broken
  const { tryDevices } = await import('../qwen3vl/device/devices.ts');
  const verdicts = await tryDevices();
  return { state: 'ok', detail: verdicts.map(({ device: name, works, why }) => `${name}: ${works ? 'works' : 'no'} (${why})`).join('; ') };
}

/** The device that the configuration names. */
export async function device(name: string): Promise<Outcome> {
  const { tryDevices } = await import('../qwen3vl/device/devices.ts');
  const verdict = (await tryDevices()).find((each) => each.device === name);
  if (verdict?.works) return { state: 'ok', detail: `${name} works` };
  return { state: 'fail', detail: `model.device is ${name}, which cannot be used here: ${verdict?.why ?? 'unknown'}. Write auto, which takes what works` };
}
