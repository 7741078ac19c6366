import { createReadStream, existsSync, statSync } from 'node:fs';
import { type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';

const SLDS = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@salesforce-ux/design-system/package.json')),
  'assets',
);

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.gif': 'image/gif',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Sends a file of the design system; `below` is the path below /assets. */
export function sendAsset(response: ServerResponse, below: string): void {
  const file = path.join(SLDS, path.normalize(`/${below}`));
  sendFile(response, file);
}

/** Sends one file; what is not there is a 404. Files never change while the org runs. */
export function sendFile(response: ServerResponse, file: string): void {
  if (!existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
    'cache-control': 'public, max-age=86400',
  });
  createReadStream(file).pipe(response);
}
