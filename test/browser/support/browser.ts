/** Chromium and fonts from npm packages, so that pictures are equal on every machine. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromiumPackage from '@sparticuz/chromium';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { REPOSITORY_ROOT } from '../../../tools/paths.ts';

const fontDir = (name: string): string => join(REPOSITORY_ROOT, 'node_modules', name);

/** Font families of the page and the browser's own controls. */
const PROPORTIONAL = ['sans-serif', 'serif', 'system-ui', 'Arial', 'Helvetica', 'Segoe UI', 'Roboto', 'Lato'];
const preferring = (family: string, ...preferred: readonly string[]): string =>
  `  <alias binding="same"><family>${family}</family><prefer>${preferred
    .map((name) => `<family>${name}</family>`)
    .join('')}</prefer></alias>`;

/** M PLUS 1p covers Latin, Łódź and 東京; emoji have one colour. */
const FONT_CONFIG = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${fontDir('@expo-google-fonts/m-plus-1p/400Regular')}</dir>
  <dir>${fontDir('@expo-google-fonts/m-plus-1p/700Bold')}</dir>
  <dir>${fontDir('@expo-google-fonts/noto-emoji/400Regular')}</dir>
  <dir>${fontDir('dejavu-fonts-ttf/ttf')}</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
${PROPORTIONAL.map((family) => preferring(family, 'M PLUS 1p', 'Noto Emoji')).join('\n')}
${preferring('monospace', 'DejaVu Sans Mono')}
</fontconfig>`;

/** A browser; `close` also deletes its files. */
export interface TestBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** Starts a browser without a window. */
export async function launchBrowser(): Promise<TestBrowser> {
  const dir = mkdtempSync(join(tmpdir(), 'quoteq-browser-'));
  const fontConfigFile = join(dir, 'fonts.conf');
  writeFileSync(fontConfigFile, FONT_CONFIG);
  const browser = await chromium.launch({
    executablePath: await chromiumPackage.executablePath(),
    args: chromiumPackage.args,
    env: { ...process.env, FONTCONFIG_FILE: fontConfigFile, XDG_CACHE_HOME: dir, TZ: 'UTC' },
  });
  const close = async (): Promise<void> => {
    await browser.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return { browser, close };
}
