import { chance } from '../store/happenings.ts';

// Asks a server in a process of its own, as several people and programs do at once: <base> <token> <seconds> <people>. Prints one line of JSON: ms by route.

const [base = '', token = '', seconds = '10', people = '6'] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
const taken: Record<string, number[]> = {};
const faults: Record<string, number> = {};

type Ask = readonly [name: string, path: string, body?: unknown];

/** What they ask, each with how often. */
const MIX: readonly (readonly [number, (n: (n: number) => number) => Ask])[] = [
  [10, (n) => ['events, newest', `/v1/events?limit=100&order=desc${n(2) ? '&camera=door-1' : ''}`]],
  [8, (n) => ['events of a time', `/v1/events?limit=${n(4) ? 200 : 1000}&since=${n(40) + 2}h&until=${n(2) + 1}h`]],
  [6, (n) => ['events by words', `/v1/events?limit=100&text=${encodeURIComponent(['phone', 'woman lift', '老人 电梯', 'dog', 'fox', 'giraffe', 'a man in red', 'plate K'][n(8)] ?? '')}`]],
  [6, (n) => ['alerts', `/v1/alerts?limit=100&since=${n(40) + 1}h`]],
  [3, (n) => ['one alert', `/v1/alerts/alert-${n(200)}`]],
  [3, (n) => ['explain', `/v1/alerts/alert-${n(200)}/explain`]],
  [3, (n) => ['why not', `/v1/explain?rule=phone&camera=door-1&at=${n(40) + 1}h`]],
  [4, (n) => ['looks', `/v1/looks?limit=500&camera=hall-1&since=${n(40) + 1}h`]],
  [4, (n) => ['coverage', `/v1/coverage?since=${n(40) + 1}h`]],
  [4, () => ['cameras', '/v1/cameras']],
  [4, () => ['rules', '/v1/rules']],
  [4, () => ['status', '/v1/status']],
  [2, () => ['when', `/v1/when?text=${encodeURIComponent('昨天下午2点到3点')}`]],
  [1, () => ['config', '/v1/config']],
  [1, () => ['feedback', '/v1/feedback']],
];

async function ask([name, path, body]: Ask, signal?: AbortSignal): Promise<void> {
  const began = performance.now();
  const answer = await fetch(base + path, { method: body === undefined ? 'GET' : 'POST', headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal ? { signal } : {}) });
  await answer.arrayBuffer();
  if (!answer.ok) faults[`${name} ${answer.status}`] = (faults[`${name} ${answer.status}`] ?? 0) + 1;
  (taken[name] ??= []).push(performance.now() - began);
}

const end = performance.now() + Number(seconds) * 1000;
const whole = MIX.reduce((sum, [weight]) => sum + weight, 0);

async function person(seed: number): Promise<void> {
  const next = chance(seed);
  while (performance.now() < end) {
    let at = next(whole);
    const chosen = MIX.find(([weight]) => (at -= weight) < 0);
    if (chosen) await ask(chosen[1](next));
    await new Promise((resolve) => setTimeout(resolve, 20 + next(60)));
  }
}

/** Tries rules on all of the past, one after the other; the last one is broken off. */
async function trier(): Promise<void> {
  const over = AbortSignal.timeout(Number(seconds) * 1000);
  for (let i = 0; !over.aborted; i++) await ask(['(trial of a rule on a quarter of an hour)', '/v1/rules/test', { entry: { alert: `someone picks up phone ${i % 2 ? 'near the door' : ''}`, count: '3 in 1h' }, since: '2h15m', until: '2h' }], over).catch((error: unknown) => {
    if (!over.aborted) throw error;
  });
}

/** Listens to all that happens. */
async function listener(): Promise<void> {
  const leave = AbortSignal.timeout(Number(seconds) * 1000);
  const answer = await fetch(`${base}/v1/feed`, { headers, signal: leave });
  try {
    for await (const piece of answer.body ?? []) heard += piece.length;
  } catch (error) {
    if (!leave.aborted) throw error;
  }
}

let heard = 0;
await Promise.all([...Array.from({ length: Number(people) }, (_, i) => person(i + 1)), trier(), listener()]);
console.log(JSON.stringify({ taken, faults, heard }));
