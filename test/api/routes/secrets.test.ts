import { expect, onTestFinished, test, vi } from 'vitest';
import { alert, event, look, NOON } from '../../store/values.ts';
import { CANARY, CONFIG, house } from './house.ts';

const READS = [
  '/v1/cameras', '/v1/cameras/door', '/v1/cameras/hall', '/v1/cameras/yard', '/v1/rules', '/v1/rules/phone', '/v1/events', '/v1/events/event-1', '/v1/events/event-1/explain', '/v1/alerts', '/v1/alerts/alert-1',
  '/v1/alerts/alert-1/explain', '/v1/alerts/alert-1/snapshot', '/v1/explain?rule=phone&camera=door&at=now', '/v1/coverage', '/v1/looks', '/v1/feedback', '/v1/config', '/v1/config/schema', '/v1/status', '/v1/when?text=now',
];
/** What somebody may try who wants to see a secret, each of which ends in a refusal or an answer. */
const WRITES: readonly (readonly [string, string, unknown])[] = [
  ['PATCH', '/v1/config', { edits: [{ path: ['log', 'level'], value: 'debug' }] }],
  ['PATCH', '/v1/config', { edits: [{ path: ['mqtt', 'password', 'x'], value: 1 }] }],
  ['PATCH', '/v1/config', { edits: [{ path: ['mqtt', 'username'], value: null }] }],
  ['PATCH', '/v1/config', { edits: [{ path: ['rtmp', 'enabled'], value: false }] }],
  ['PATCH', '/v1/config', { edits: [{ path: ['mqtt', 'url'], value: 'gopher://h' }] }],
  ['PATCH', '/v1/cameras/door', { tls: 'any' }],
  ['PATCH', '/v1/cameras/door', { tls: 'perhaps' }],
  ['PATCH', '/v1/cameras/door', { rtmp_key: 'abcdefghijklmnopqrst' }],
  ['PATCH', '/v1/cameras/yard', { url: 'rtsp://h/s' }],
  ['POST', '/v1/cameras', { id: 'door', url: 'rtsp://h/s' }],
  ['POST', '/v1/cameras/probe', { camera: 'yard', seconds: 1 }],
  ['DELETE', '/v1/cameras/hall', undefined],
  ['POST', '/v1/rules/test', { rule: 'phone' }],
  ['PATCH', '/v1/rules/phone', { cameras: ['attic'] }],
];

test('no secret of the configuration is in any answer, or in the head of one, or in the feed', async () => {
  vi.stubEnv('LOOKOUT_CANARY', `${CANARY}-env`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const shady = CONFIG.replace('  # how long', '  ca: /x/${LOOKOUT_CANARY}/ca.pem\n  # how long').replace('mqtt://', 'mqtts://').replace('  # the front', '  - id: env\n    url: rtsp://10.0.0.1/${LOOKOUT_CANARY}/s\n  # the front');
  const { store, request, statuses, write, news, get } = await house({ files: { 'lookout.yaml': shady } });
  store.putEvent(event({ id: 'event-1' }));
  store.putLook(look());
  store.putAlert(alert({ id: 'alert-1' }));
  statuses.set('door', { state: 'offline', since: NOON, code: 'CAMERA_UNREACHABLE', reason: `no answer from rtsp://viewer:${CANARY}@192.168.1.20:554/` });
  const search = async (what: string, answer: Response): Promise<void> => {
    const text = JSON.stringify([...answer.headers]) + (await answer.text());
    expect([what, text.includes(CANARY)]).toEqual([what, false]);
  };
  const readAll = async (how: string): Promise<void> => {
    for (const path of READS) await search(`${how}: ${path}`, await request('GET', path, undefined, { scope: 'admin' }));
  };
  await readAll('as it is');
  const leave = new AbortController();
  const feed = await get('/v1/feed', { signal: leave.signal });
  for (const [method, path, body] of WRITES) await search(`${method} ${path} ${JSON.stringify(body)}`, await request(method, path, body));
  news.next({ kind: 'status', camera: 'door', status: { state: 'offline', since: NOON, reason: `no answer from rtsp://viewer:${CANARY}@h/` } });
  news.complete();
  await search('feed', feed);
  for (const [how, text] of [
    ['a key twice', `${shady}mqtt: { password: ${CANARY} }\n`],
    ['a broken line', shady.replace(`password: ${CANARY}`, `password: ${CANARY}: ${CANARY}`)],
    ['a broken quote', shady.replace(`password: ${CANARY}`, `password: "${CANARY}`)],
    ['an alias', shady.replace(`password: ${CANARY}`, `password: *${CANARY}`)],
    ['a secret as a list', shady.replace(`password: ${CANARY}`, `password: [${CANARY}]`)],
    ['a secret as a key', shady.replace(`password: ${CANARY}`, `password: { ${CANARY}: 1 }`)],
    ['a wrong protocol', shady.replace('rtsp://viewer', 'gopher://viewer')],
    ['no host', shady.replace('@192.168.1.20:554', '@')],
    ['blanks in a password', shady.replace(`viewer:${CANARY}`, `viewer:${CANARY} ${CANARY}`)],
    ['a short key', shady.replace(`rtmp_key: ${CANARY}`, `rtmp_key: ${CANARY}!`)],
    ['two sources', shady.replace(`rtmp_key: ${CANARY}`, `rtmp_key: ${CANARY}\n    url: rtsp://u:${CANARY}@h/s`)],
  ] as const) {
    write('lookout.yaml', text);
    await readAll(how);
    for (const [method, path, body] of WRITES.slice(0, 7)) await search(`${how}: ${method} ${path}`, await request(method, path, body));
  }
});
