import { throwApex } from '../../runtime/values/apex-exception.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { textHash } from '../../runtime/values/text.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, ftp: 21 };

type UrlParts = {
  readonly protocol: string;
  readonly userInfo: string | null;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly query: string | null;
  readonly ref: string | null;
};

/** A System.Url: the parts of java.net.URL, kept as they were written. */
class ApexUrl extends PlatformObject {
  static override readonly apexName = 'System.Url';

  readonly text: string;
  readonly parts: UrlParts;

  constructor(text: string) {
    super();
    this.text = text;
    this.parts = partsOf(text);
  }

  get file(): string {
    const { path, query } = this.parts;
    return query === null ? path : `${path}?${query}`;
  }

  get authority(): string {
    const { userInfo, host, port } = this.parts;
    return `${userInfo === null ? '' : `${userInfo}@`}${host}${port < 0 ? '' : `:${port}`}`;
  }

  override equalsValue(other: unknown): boolean {
    return other instanceof ApexUrl && other.text === this.text;
  }

  override hashCode(): number {
    return textHash(this.text);
  }

  override toApexString(): string {
    return `Url:[delegate=${this.text}]`;
  }
}

export const urlClass = platformClass('Url', {
  constructors: {
    '(String)': strictStatic((text: string) => new ApexUrl(text)),
    '(Url, String)': strictStatic((base: ApexUrl, relative: string) => new ApexUrl(resolve(base, relative))),
    '(String, String, String)': strictStatic(
      (protocol: string, host: string, file: string) => new ApexUrl(`${protocol}://${host}${file}`),
    ),
    '(String, String, Integer, String)': strictStatic(
      (...[protocol, host, port, file]: (string | number)[]) =>
        new ApexUrl(`${protocol ?? ''}://${host ?? ''}${Number(port) < 0 ? '' : `:${port ?? ''}`}${file ?? ''}`),
    ),
  },
  statics: { 'Url getOrgDomainUrl()': () => new ApexUrl('https://causeway.example') },
  methods: strictMethods({
    'String getAuthority()': (self: ApexUrl) => self.authority,
    'Integer getDefaultPort()': (self: ApexUrl) => DEFAULT_PORTS[self.parts.protocol.toLowerCase()] ?? -1,
    'String getFile()': (self: ApexUrl) => self.file,
    'String getHost()': (self: ApexUrl) => self.parts.host,
    'String getPath()': (self: ApexUrl) => self.parts.path,
    'Integer getPort()': (self: ApexUrl) => self.parts.port,
    'String getProtocol()': (self: ApexUrl) => self.parts.protocol,
    'String getQuery()': (self: ApexUrl) => self.parts.query,
    'String getRef()': (self: ApexUrl) => self.parts.ref,
    'String getUserInfo()': (self: ApexUrl) => self.parts.userInfo,
    'Boolean sameFile(Url)': (self: ApexUrl, other: ApexUrl) =>
      self.text.replace(/#.*$/, '') === other.text.replace(/#.*$/, ''),
    'String toExternalForm()': (self: ApexUrl) => self.text,
    'String toString()': (self: ApexUrl) => self.toApexString(),
  }),
});

function partsOf(text: string): UrlParts {
  const match =
    /^([a-zA-Z][\w+.-]*):(?:\/\/(?:([^/?#@]*)@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(
      text,
    );
  if (!match) return throwApex('System.StringException', `no protocol: ${text}`);
  const [, protocol = '', userInfo, host = '', port, path = '', query, ref] = match;
  return {
    protocol,
    userInfo: userInfo ?? null,
    host,
    port: port === undefined ? -1 : Number(port),
    path,
    query: query ?? null,
    ref: ref ?? null,
  };
}

function resolve(base: ApexUrl, relative: string): string {
  try {
    return new URL(relative, base.text).href;
  } catch {
    return throwApex('System.StringException', `no protocol: ${relative}`);
  }
}
