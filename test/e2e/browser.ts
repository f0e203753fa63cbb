import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { ROOT } from '../cli/lookout.ts';

/** Where screenshots go: outside what is committed. */
const SHOTS = join(ROOT, '.cache/e2e');

export interface Visit {
  readonly theme?: 'light' | 'dark';
  readonly language?: 'en-GB' | 'zh-CN';
  readonly phone?: boolean;
  readonly timezone?: string;
}

/** A browser that holds the page to what it promises. */
export interface Watcher {
  /** a page of its own at an address, nobody signed in */
  visit(url: string, visit?: Visit): Promise<Page>;
  /** the whole page as a picture in .cache/e2e */
  shot(page: Page, name: string): Promise<void>;
  /** what went wrong so far: errors of the page and of its console, violations of its policy, requests beyond this host */
  readonly complaints: string[];
}

/** Debian's chromium, closed when the test ends. */
export async function watcher(): Promise<Watcher> {
  const browser = await launch();
  const complaints: string[] = [];
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await showFailure(browser, complaints);
    await browser.close();
  });
  return {
    complaints,
    async visit(url, { theme = 'light', language = 'en-GB', phone = false, timezone = 'Europe/Berlin' } = {}) {
      const context = await browser.newContext({
        colorScheme: theme, locale: language, timezoneId: timezone, reducedMotion: 'reduce',
        ...(phone ? { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2, hasTouch: true } : { viewport: { width: 1360, height: 860 } }),
      });
      const page = await context.newPage();
      listen(page, new URL(url).host, complaints);
      await page.goto(url);
      return page;
    },
    async shot(page, name) {
      mkdirSync(SHOTS, { recursive: true });
      await page.screenshot({ path: join(SHOTS, `${name}.png`) });
    },
  };
}

/** What the pages show at the end of a test that failed, and what went wrong on them. */
async function showFailure(browser: Browser, complaints: readonly string[]): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  for (const page of browser.contexts().flatMap((context) => context.pages())) {
    await page.screenshot({ path: join(SHOTS, 'failed.png') });
    process.stderr.write(`.cache/e2e/failed.png is ${page.url()}\n`);
  }
  process.stderr.write(`${complaints.join('\n')}\n`);
}

async function launch(): Promise<Browser> {
  // in a container Chromium's own sandbox has nothing to stand on; nothing but our own page is opened
  const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] });
  return browser;
}

function listen(page: Page, host: string, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(`error: ${error.stack ?? error.message}`));
  page.on('crash', () => complaints.push('the page crashed'));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('request', (request) => {
    const { protocol, host: asked } = new URL(request.url());
    if (!['blob:', 'data:'].includes(protocol) && asked !== host) complaints.push(`request beyond this host: ${request.url()}`);
  });
}
