import { types } from '../../types.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';

/** A System.PageReference: an address with parameters. */
export class ApexPageReference extends PlatformObject {
  static override readonly apexName = 'System.PageReference';

  readonly path: string;
  readonly parameters = new ApexMap(types.String, types.String);
  anchor: string | null = null;
  redirects = false;

  constructor(url: string) {
    super();
    const [address = '', anchor] = url.split('#');
    const [path = '', query = ''] = address.split('?');
    this.path = path;
    this.anchor = anchor ?? null;
    for (const [name, value] of new URLSearchParams(query)) this.parameters.put(name, value);
  }

  get url(): string {
    const query = new URLSearchParams();
    for (const [name, value] of this.parameters.entries()) query.append(String(name), String(value));
    return [
      this.path,
      query.size > 0 ? `?${query.toString()}` : '',
      this.anchor === null ? '' : `#${this.anchor}`,
    ].join('');
  }

  override toApexString(): string {
    return `System.PageReference[${this.url}]`;
  }
}

export const pageReferenceClass = platformClass('PageReference', {
  constructors: { '(String)': strictStatic((url: string) => new ApexPageReference(url)) },
  methods: strictMethods({
    'String getUrl()': (self: ApexPageReference) => self.url,
    'Map<String, String> getParameters()': (self: ApexPageReference) => self.parameters,
    'String getAnchor()': (self: ApexPageReference) => self.anchor,
    'PageReference setAnchor(String)': (self: ApexPageReference, anchor: string) => {
      self.anchor = anchor;
      return self;
    },
    'Boolean getRedirect()': (self: ApexPageReference) => self.redirects,
    'PageReference setRedirect(Boolean)': (self: ApexPageReference, redirects: boolean) => {
      self.redirects = redirects;
      return self;
    },
  }),
});
