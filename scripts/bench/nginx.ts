import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './free-port.ts';
import { isInstalled } from './is-installed.ts';
import { type ProxyProcess, startProxyProcess } from './proxy-process.ts';

/** Whether there is an nginx to compare with. */
export const hasNginx = (): Promise<boolean> => isInstalled('nginx', ['-v']);

/** nginx that answers files of so many bytes as JSON. */
export function startNginxOrigin(
  files: readonly { readonly path: string; readonly bytes: number }[],
): Promise<ProxyProcess> {
  return startNginx(async (directory) => {
    for (const { path: name, bytes } of files) {
      const file = path.join(directory, 'files', name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, JSON.stringify({ value: 'x'.repeat(bytes - '{"value":""}'.length) }));
    }
    return { http: 'open_file_cache max=10; default_type application/json;', server: `root ${directory}/files;` };
  });
}

/** nginx as a proxy, set up for speed: connections are kept, whole answers fit its buffers, nothing is logged. */
export function startNginxProxy({ from, to }: { readonly from: string; readonly to: string }): Promise<ProxyProcess> {
  const upstream = new URL(to);
  return startNginx(async () => ({
    http: `upstream origin { server ${upstream.host}; keepalive 64; }`,
    server: `location ${from} {
      proxy_pass http://origin${upstream.pathname};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization "Bearer ${'t'.repeat(TOKEN_BYTES)}";
      proxy_buffers 32 8k;
      proxy_max_temp_file_size 0;
    }`,
  }));
}

/** As long as the tokens that Entra gives. */
const TOKEN_BYTES = 1_200;
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

type Configure = (directory: string) => Promise<{ readonly http: string; readonly server: string }>;

async function startNginx(configure: Configure): Promise<ProxyProcess> {
  const directory = await mkdtemp(path.join(tmpdir(), 'causeway-nginx-'));
  const port = await freePort();
  const { http, server } = await configure(directory);
  const temporary = TEMPORARY.map((name) => `${name}_temp_path ${directory}/${name};`).join(' ');
  const file = path.join(directory, 'nginx.conf');
  await writeFile(
    file,
    `daemon off; master_process off; worker_processes 1; pid ${directory}/pid; error_log stderr crit;
    events { worker_connections 1024; }
    http { access_log off; ${temporary} ${http}
      server { listen 127.0.0.1:${port}; keepalive_requests 100000000; ${server} } }`,
  );
  const running = await startProxyProcess('nginx', ['-p', directory, '-c', file], port);
  return {
    ...running,
    stop: async () => {
      await running.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
