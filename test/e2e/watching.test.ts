import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start } from '../cli/lookout.ts';
import { watcher } from './browser.ts';
import { home } from './home.ts';

/** What the seed of all this asked for: told within so long of its happening, ms. */
const SOON = 4000;

test('a camera and a rule made in the page lead to an alert in it, and a setting into the file', async () => {
  const lookout = await home();
  const browser = await watcher();
  const page = await browser.visit(lookout.link());

  // nothing there yet: the page says what to do
  await page.getByRole('heading', { name: 'No camera yet' }).waitFor();
  expect(new URL(page.url()).hash).toBe('');
  await browser.shot(page, 'empty');

  // register a camera, which pushes
  await page.getByRole('button', { name: 'Add a camera' }).click();
  await page.getByRole('radio', { name: 'The camera pushes RTMP' }).click();
  await page.getByLabel('Name').fill('room');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const address = await page.locator('dialog code').textContent();
  expect(address).toMatch(/^rtmp:\/\//);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('heading', { name: 'room' }).waitFor();

  // write a rule
  await page.getByRole('link', { name: 'Rules' }).click();
  await page.getByRole('link', { name: 'Write a rule' }).click();
  await page.getByLabel('Alert me when …').fill('alert when someone picks up phone');
  await browser.shot(page, 'rule');
  await page.getByRole('button', { name: 'Save and switch on' }).click();
  await page.getByRole('main').getByRole('link', { name: 'alert when someone picks up phone' }).waitFor();

  // the camera shows what it sees
  await page.getByRole('link', { name: 'Live' }).click();
  const truth = lookout.film(address?.replace(/\/\/[^:/]+/, '//127.0.0.1') ?? '');
  await page.locator('.live-player[data-state=live]').waitFor({ timeout: 60_000 });

  // the alert arrives
  const toast = page.locator('.toast', { hasText: 'someone picks up phone' });
  await toast.waitFor({ timeout: 120_000 });
  const seen = Date.now();
  await browser.shot(page, 'alert');
  const picked = truth.filter(({ kind, from }) => kind === 'picks_up_phone' && from < seen).at(-1);
  expect(seen - (picked?.from ?? 0)).toBeLessThan(SOON);

  // the rule, tried on what happened
  await page.getByRole('link', { name: 'Rules' }).click();
  await page.getByRole('main').getByRole('link', { name: 'alert when someone picks up phone' }).click();
  await page.getByRole('button', { name: 'Run the test' }).click();
  await page.getByRole('heading', { name: 'What it would have alerted' }).waitFor();
  await browser.shot(page, 'trial');

  // a setting
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('events.confirmations').fill('3');
  await page.getByRole('button', { name: 'Save into the file' }).click();
  await page.getByText('Restart Lookout for Events to take effect.').first().waitFor();
  expect(lookout.config()).toMatch(/^events:\s*(\n\s+|\{\s*)confirmations: 3/m);
  expect(lookout.config()).toContain('# what the page must not lose');
  await browser.shot(page, 'settings');
  expect(browser.complaints).toEqual([]);
});

test('what is wrong is told where it is: a setting, a token, a camera that does not answer', async () => {
  const lookout = await home();
  const browser = await watcher();
  const page = await browser.visit(lookout.url);
  await page.getByLabel('Token').fill('lookout_no-such-token');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This token is not known.').waitFor();
  expect(browser.complaints.splice(0).join()).toMatch(/401/);

  await page.goto(lookout.link());
  await page.reload();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('window.length').fill('9999');
  await page.getByRole('button', { name: 'Save into the file' }).click();
  await page.locator('#section-window .fault', { hasText: '600' }).waitFor();
  expect(lookout.config()).not.toContain('9999');
  expect(browser.complaints.splice(0).join()).toMatch(/422/);

  // on this machine lives no camera, unless the configuration says so
  await page.getByRole('link', { name: 'Live' }).click();
  await page.getByRole('button', { name: 'Add a camera' }).click();
  await page.getByLabel('Address').fill('rtsp://127.0.0.1:1/stream');
  await page.getByRole('button', { name: 'Try the address' }).click();
  await page.locator('dialog .notice', { hasText: 'network.allow' }).waitFor();
  await page.keyboard.press('Escape');
  expect(await page.locator('dialog').count()).toBe(0);
});

test('it follows the system: Chinese, dark, and on a phone, where nothing runs over the edge', async () => {
  const lookout = await home({ files: { 'rules/fall.yaml': 'alert: someone falls down\nseverity: critical\n' } });
  const browser = await watcher();
  const page = await browser.visit(lookout.link(), { language: 'zh-CN', theme: 'dark', phone: true });
  // whoever leaves before the token is exchanged is not signed in
  await page.locator('nav:visible').first().waitFor();
  for (const view of ['live', 'timeline', 'ask', 'rules', 'status', 'settings', 'tokens']) {
    await page.goto(`${lookout.url}/${view}`);
    await page.locator('h1').waitFor();
    await page.waitForLoadState('load');
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), view).toBeLessThanOrEqual(0);
    await browser.shot(page, `phone-${view}`);
  }
  expect(await page.evaluate('document.documentElement.lang')).toBe('zh-Hans');
  expect(await page.locator('h1').textContent()).toBe('令牌');
  expect(browser.complaints).toEqual([]);
});

test.each(['light', 'dark'] as const)('what is written can be read: %s', async (theme) => {
  const contrast = readFileSync(join(import.meta.dirname, 'contrast.browser.js'), 'utf8');
  const lookout = await home({ files: { 'rules/fall.yaml': '- id: fall\n  alert: someone falls down\n  severity: critical\n- id: bag\n  alert: someone leaves a bag\n  severity: warning\n  enabled: false\n' } });
  const browser = await watcher();
  const page = await browser.visit(lookout.link(), { theme });
  await page.locator('nav:visible').first().waitFor();
  for (const path of ['live', 'timeline', 'ask', 'rules', 'rules/fall', 'status', 'settings', 'tokens']) {
    await page.goto(`${lookout.url}/${path}`);
    await page.locator('h1').waitFor();
    await page.waitForTimeout(300);
    expect(await page.evaluate(contrast), path).toEqual([]);
  }
});

test('a viewer sees and cannot change; whoever is signed out sees the login', async () => {
  const lookout = await home();
  const browser = await watcher();
  const page = await browser.visit(lookout.link('viewer'));
  await page.getByRole('heading', { name: 'No camera yet' }).waitFor();
  expect(await page.getByRole('button', { name: 'Add a camera' }).count()).toBe(0);
  expect(await page.getByRole('link', { name: 'Settings' }).count()).toBe(0);
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor();
  expect(await page.getByRole('link', { name: 'Write a rule' }).count()).toBe(0);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to Lookout' }).waitFor();
  expect(browser.complaints).toEqual([]);
});

test('while Lookout is away the page says so; when it is back, whoever was signed in is asked to do so again', async () => {
  const lookout = await home();
  const browser = await watcher();
  const page = await browser.visit(lookout.link('viewer'));
  await page.getByRole('heading', { name: 'No camera yet' }).waitFor();
  lookout.daemon.child.kill('SIGTERM');
  await page.getByText('Connection to Lookout lost.').waitFor();
  expect((await lookout.daemon.outcome).code).toBe(0);
  const again = start(lookout.folder, ['run']);
  await again.says('watching');
  await page.getByText('Your session has ended').waitFor({ timeout: 60_000 });
  expect(browser.complaints.filter((one) => !one.includes('Failed to load resource'))).toEqual([]);
});
