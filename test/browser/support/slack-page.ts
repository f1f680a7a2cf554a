/** The Slack page as a person uses it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { REPOSITORY_ROOT } from '../../../tools/paths.ts';

/** Width and height in CSS pixels. */
const VIEWPORT = { width: 1280, height: 800 };
/** Left edge of the widened thread, which is about as wide as in Slack. */
const THREAD_LEFT_PX = 660;

/** One person's Slack: a separate page, acting as that person. */
export interface SlackPage {
  readonly page: Page;
  /** Opens the thread whose root message has this text. */
  openThread(rootText: string): Promise<void>;
  /** The messages of the open thread with this text; the root is one of them. */
  message(text: string | RegExp): Locator;
  /** The confirmation dialog of a button. */
  readonly dialog: Locator;
  /** The modal that the app has opened. */
  readonly modal: Locator;
  /** Sends a text, or a command, to the channel. */
  say(text: string): Promise<void>;
  close(): Promise<void>;
}

async function widenThread(page: Page): Promise<void> {
  const box = await page.locator('.thread-resize-handle').boundingBox();
  if (box === null || box.x <= THREAD_LEFT_PX) return;
  await page.mouse.move(box.x + 1, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(THREAD_LEFT_PX, box.y + 200, { steps: 5 });
  await page.mouse.up();
}

async function openThread(page: Page, rootText: string): Promise<void> {
  const root = page.locator('.messages .msg').filter({ hasText: rootText });
  await root.locator('.thread-summary').first().click();
  await widenThread(page);
}

/** Opens the page at `url` and acts as the person of this name. Errors of the page's scripts end up in `errors`. */
export async function openSlackAs(
  browser: Browser,
  url: string,
  person: string,
  errors: unknown[] = [],
): Promise<SlackPage> {
  const context = await browser.newContext({ viewport: VIEWPORT, deviceScaleFactor: 2 });
  const page = await context.newPage();
  page.on('pageerror', (error) => errors.push(error));
  await page.goto(url);
  await page.locator('.actas select').selectOption({ label: person });
  const composer = page.locator('.main .composer-input');
  return {
    page,
    openThread: (rootText) => openThread(page, rootText),
    message: (text) => page.locator('.thread-pane .msg').filter({ hasText: text }),
    dialog: page.locator('dialog'),
    modal: page.locator('.modal'),
    say: async (text) => {
      await composer.fill(text);
      await composer.press('Enter');
    },
    close: () => context.close(),
  };
}

/** Writes `docs/images/<name>.png` if QUOTEQ_SCREENSHOTS is 1. Otherwise the working tree stays unchanged. */
export async function takePicture(
  { page }: SlackPage,
  name: string,
  part: 'page' | 'thread' | 'channel' = 'page',
): Promise<void> {
  if (process.env['QUOTEQ_SCREENSHOTS'] !== '1') return;
  const folder = join(REPOSITORY_ROOT, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  // Moves the pointer away from elements that react to it.
  await page.mouse.move(5, 400);
  const path = join(folder, `${name}.png`);
  const selector = { page: 'body', thread: '.thread-pane', channel: '.main' }[part];
  await page.locator(selector).screenshot({ path, animations: 'disabled' });
}
