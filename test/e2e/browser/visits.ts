import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import chromiumPackage from '@sparticuz/chromium';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { type LocalOrg } from '../../org/start-org.ts';

/** Generous: other work shares the machine. */
const PATIENCE = 20_000;
const INSTALLED = '/usr/bin/chromium';
const SHOTS = path.join(import.meta.dirname, '../../../.data/screenshots');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts the browser that CHROMIUM_PATH names, else the machine's, else the one that npm brought. */
export async function openBrowser(): Promise<Browser> {
  const given = process.env['CHROMIUM_PATH'] ?? (existsSync(INSTALLED) ? INSTALLED : undefined);
  return chromium.launch({
    executablePath: given ?? (await chromiumPackage.executablePath()),
    args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--font-render-hinting=none'],
  });
}

/** One window of one user. */
export type Visit = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page threw. */
  readonly faults: readonly string[];
  readonly heading: (name: string) => Locator;
  /** A field of the details by its API name. */
  readonly field: (name: string) => Locator;
  /** The card of a related list by its label. */
  readonly relatedList: (label: string) => Locator;
  /** Keeps a picture among the test output. */
  readonly shot: (name: string) => Promise<void>;
  /** What axe-core finds wrong with the page as it stands. */
  readonly violations: () => Promise<string[]>;
  readonly close: () => Promise<void>;
};

/** Opens a window of that user at an address of the org. */
export async function visit(browser: Browser, org: LocalOrg, username: string, address: string): Promise<Visit> {
  const viewport = { width: 1440, height: 1000 };
  const context = await browser.newContext({ viewport, baseURL: org.baseUrl, reducedMotion: 'reduce' });
  await context.addCookies([{ name: 'sid', value: org.accessToken(username), url: org.baseUrl }]);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(address);
  return {
    page,
    context,
    faults,
    heading: (name) => page.getByRole('heading', { level: 1, name, exact: true }),
    field: (name) => page.locator(`[data-variant="detail"][data-field="${name}"] .value`),
    relatedList: (label) => page.getByRole('article').filter({ has: page.getByRole('heading', { name: label }) }),
    shot: async (name) => {
      mkdirSync(SHOTS, { recursive: true });
      await page.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: true });
    },
    violations: () => violations(page),
    close: () => context.close(),
  };
}

type Axe = { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const found = await axe.run();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  });
}
