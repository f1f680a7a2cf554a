/** The Slack page as a person uses it. */
import type { Browser, Locator, Page } from 'playwright-core';

/** Width and height in CSS pixels. */
const VIEWPORT = { width: 1280, height: 860 };

/** One person's Slack: a page of its own, acting as that person. */
export interface SlackPage {
  readonly page: Page;
  /** Opens the thread whose root message has this text. */
  openThread(rootText: string): Promise<void>;
  /** The message in the open thread with this text. */
  message(text: string | RegExp): Locator;
  /** The dialog that asks before a button is pressed. */
  readonly dialog: Locator;
  close(): Promise<void>;
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
  const thread = page.locator('.thread-pane');
  return {
    page,
    openThread: (rootText) =>
      page.locator('.messages .msg').filter({ hasText: rootText }).locator('.thread-summary').first().click(),
    message: (text) => thread.locator('.msg').filter({ hasText: text }),
    dialog: page.locator('dialog'),
    close: () => context.close(),
  };
}
