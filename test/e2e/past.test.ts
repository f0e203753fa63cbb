import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { saveClip } from '../../src/demo/clip.ts';
import { createRoom } from '../../src/demo/room.ts';
import { workFolder } from '../cli/lookout.ts';
import { watcher } from './browser.ts';
import { home } from './home.ts';
import type { Home } from './home.ts';

/** Marked on the timeline within so long of its happening, ms. */
const SOON = 4000;
/** An answer's times may be off by so much, ms. */
const NEAR = 1500;

/** Asks the API with the token of a link. */
async function api<T>(lookout: Home, link: string, path: string, body?: unknown): Promise<T> {
  const token = new URL(link).hash.slice('#token='.length);
  const response = await fetch(`${lookout.url}${path}`, { ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }), headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } });
  expect(response.ok, `${path}: ${response.status}`).toBe(true);
  return (await response.json()) as T;
}

/** A camera that pushes, filmed from now on. */
async function filmed(lookout: Home, link: string): Promise<ReturnType<Home['film']>> {
  const { push_url: address } = await api<{ push_url: string }>(lookout, link, '/v1/cameras', { id: 'room', push: true });
  return lookout.film(address.replace(/\/\/[^:/]+/, '//127.0.0.1'));
}

const RULES = { 'rules/phone.yaml': 'alert: someone picks up phone\nseverity: warning\n', 'rules/fall.yaml': 'alert: someone falls down\nseverity: critical\n' };

/** Selects the middle of what is in view by dragging over the timeline with Shift held. */
async function dragOver(page: Page, from: number, to: number): Promise<void> {
  const box = await page.locator('.vis-panel.vis-center').first().boundingBox();
  if (!box) throw new Error('the timeline is not there');
  const at = (share: number): [number, number] => [box.x + box.width * share, box.y + box.height * 0.7];
  await page.keyboard.down('Shift');
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at((from + to) / 2));
  await page.mouse.move(...at(to));
  await page.mouse.up();
  await page.keyboard.up('Shift');
}

test('an alert is marked on the timeline as it comes; its story, a verdict on it, why there was no other, and a question about that time', async () => {
  const lookout = await home({ files: RULES, config: 'recordings: { mode: continuous, segment: 2 }' });
  const browser = await watcher();
  const link = lookout.link();
  const page = await browser.visit(link);
  await page.getByRole('link', { name: 'Timeline' }).click();
  await page.getByRole('heading', { name: 'No camera yet' }).waitFor();
  const truth = await filmed(lookout, link);
  await page.getByRole('radio', { name: '5 min', exact: true }).click();

  // marked by itself, soon after it happened
  const pickings = truth.filter(({ kind }) => kind === 'picks_up_phone');
  const marked = async () => {
    const marks = await page.evaluate<number[]>(`[...document.querySelectorAll('.chart .vis-item.vis-point.alert')].map((one) => one['vis-item'].data.start)`);
    return pickings.find(({ from }) => marks.some((at) => Math.abs(at - from) < NEAR));
  };
  await expect.poll(marked, { timeout: 120_000, interval: 100 }).toBeDefined();
  const seen = Date.now();
  const picked = await marked();
  expect(seen - (picked?.from ?? 0)).toBeLessThan(SOON);
  await browser.shot(page, 'timeline');

  // its story, and a verdict
  await page.locator('.past-lines .alert-line a').first().click();
  const story = page.getByRole('complementary', { name: 'Alert' });
  await story.getByRole('heading', { name: 'From happening to message' }).waitFor();
  const id = new URL(page.url()).searchParams.get('alert');
  await story.getByRole('button', { name: 'Right' }).click();
  await story.getByText('Saved.').waitFor();
  expect(await api<{ feedback: { right: boolean } }>(lookout, link, `/v1/alerts/${id}`)).toMatchObject({ feedback: { right: true } });
  await browser.shot(page, 'alert-story');
  await page.keyboard.press('Escape');
  await story.waitFor({ state: 'detached' });

  // what was recorded around an earlier event: pictures, and a film that plays
  await page.locator('.past-lines .event-line a').last().click();
  const earlier = page.getByRole('complementary', { name: 'Event' });
  await earlier.locator('.frames img').first().waitFor();
  await expect.poll(() => page.evaluate(`document.querySelector('.detail video')?.videoWidth`), { timeout: 20_000 }).toBeGreaterThan(0);
  await expect.poll(() => page.evaluate(`[...document.querySelectorAll('.detail .frames img')].every((one) => one.complete && one.naturalWidth > 0)`), { timeout: 20_000 }).toBe(true);
  await browser.shot(page, 'event-story');

  // its place on the timeline, by a link
  await earlier.getByRole('link', { name: 'Show on the timeline' }).click();
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await page.keyboard.press('Escape');
  await earlier.waitFor({ state: 'detached' });

  // why no other alert came
  await dragOver(page, 0.77, 0.8);
  await page.getByRole('button', { name: 'Why no alert?' }).click();
  const why = page.getByRole('complementary', { name: 'Why no alert?' });
  await why.getByLabel('Rule').selectOption('fall');
  await why.getByRole('button', { name: 'Say why' }).click();
  await why.locator('.chain li').first().waitFor();
  await browser.shot(page, 'why-not');
  expect(await why.locator('.chain li').count()).toBe(16);
  await page.keyboard.press('Escape');

  // a question about that time; its answer is marked there
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await dragOver(page, 0.65, 0.815);
  await page.getByRole('link', { name: 'Ask about it' }).click();
  await page.getByRole('textbox', { name: 'Question' }).fill('When did someone pick up the phone?');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  const chips = page.locator('.stamp-chip', { hasText: 'phone' });
  await page.locator('.answer-text').waitFor({ timeout: 120_000 });
  await browser.shot(page, 'answer');
  await chips.first().waitFor();
  expect(await page.locator('.chart .vis-item.stamp').count()).toBeGreaterThan(0);
  const told = await page.evaluate<number[]>(`[...document.querySelectorAll('.chart .vis-item.stamp')].map((one) => one['vis-item'].data.start)`);
  expect(Math.min(...told.map((at) => Math.abs(at - (picked?.from ?? 0))))).toBeLessThan(NEAR);
  await chips.first().click();
  await page.locator('.chart .vis-item.stamp').first().waitFor();
  expect(browser.complaints).toEqual([]);
});

test('a video is uploaded and asked about; its times are marked in it, and lead there', async () => {
  const folder = workFolder('', {});
  const room = createRoom(7, { duration: 24 });
  await saveClip(room, join(folder, 'room'), { width: 384, height: 256, fps: 10 });
  const lookout = await home();
  const browser = await watcher();
  const page = await browser.visit(lookout.link('editor'));
  await page.getByRole('link', { name: 'Ask' }).click();
  await page.getByRole('radio', { name: 'A video' }).click();
  await page.getByLabel('Choose a video').setInputFiles(join(folder, 'room.mp4'));
  await page.getByText('Kept until').waitFor({ timeout: 60_000 });
  await page.getByRole('textbox', { name: 'Question' }).fill('When did someone pick up the phone?');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.locator('.answer-text').waitFor({ timeout: 180_000 });
  await browser.shot(page, 'upload');
  const picked = room.events.find(({ kind }) => kind === 'picks_up_phone');
  await page.locator('.stamp-chip', { hasText: 'picks up' }).first().click();
  const at = await page.evaluate<number>(`document.querySelector('video').currentTime`);
  expect(Math.abs(at - (picked?.start ?? 0)) * 1000).toBeLessThan(NEAR);
  expect(await page.locator('.video-chart .vis-item.stamp').count()).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Delete the video' }).click();
  await page.getByText('Drop a video here').waitFor();
  expect(browser.complaints).toEqual([]);
});

test('the timeline goes by keys and words, and says what it does not understand', async () => {
  const lookout = await home();
  const browser = await watcher();
  const page = await browser.visit(lookout.link(), { timezone: 'Asia/Tokyo' });
  await api(lookout, lookout.link(), '/v1/cameras', { id: 'room', push: true });
  await page.goto(`${lookout.url}/timeline`);
  await page.getByText('Asia/Tokyo').first().waitFor();
  const view = async (): Promise<number[]> => {
    await page.waitForURL(/from=\d+/);
    const { searchParams } = new URL(page.url());
    return [Number(searchParams.get('from')), Number(searchParams.get('to'))];
  };
  await page.getByLabel('Go to a time').fill('2026-11-20 14:00 to 2026-11-20 15:00');
  await page.getByRole('button', { name: 'Go', exact: true }).click();
  await page.getByText('Understood:').waitFor();
  // in the viewer's zone, nine hours ahead of UTC
  expect(await view()).toEqual([Date.parse('2026-11-20T04:45Z'), Date.parse('2026-11-20T06:15Z')]);
  await page.getByRole('button', { name: 'Ask about it' }).or(page.getByRole('link', { name: 'Ask about it' })).waitFor();

  await page.locator('.chart').focus();
  await page.keyboard.press('+');
  await page.waitForURL((url) => Number(url.searchParams.get('to')) - Number(url.searchParams.get('from')) === 54 * 60_000);
  const [before = 0] = await view();
  await page.keyboard.press('ArrowRight');
  await page.waitForURL((url) => Number(url.searchParams.get('from')) > before);
  await page.keyboard.press('l');
  await page.getByRole('button', { name: 'Following live' }).waitFor();
  await page.waitForURL((url) => !url.searchParams.has('from'));

  await page.getByLabel('Go to a time').fill('when the cows come home');
  await page.getByRole('button', { name: 'Go', exact: true }).click();
  await page.locator('.when .fault').waitFor();
  expect(browser.complaints.splice(0).join()).toMatch(/400/);
});
