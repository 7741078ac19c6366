import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';

/** A System.Version of a managed package. */
class ApexVersion extends PlatformObject {
  static override readonly apexName = 'System.Version';

  readonly major: number;
  readonly minor: number;
  readonly patch: number | null;

  constructor(major: number, minor: number, patch: number | null = null) {
    super();
    this.major = major;
    this.minor = minor;
    this.patch = patch;
  }

  override equalsValue(other: unknown): boolean {
    return other instanceof ApexVersion && compareVersions(this, other) === 0;
  }

  override toApexString(): string {
    return [this.major, this.minor, ...(this.patch === null ? [] : [this.patch])].join('.');
  }
}

export const versionClass = platformClass('Version', {
  constructors: {
    '(Integer, Integer)': strictStatic((major: number, minor: number) => new ApexVersion(major, minor)),
    '(Integer, Integer, Integer)': strictStatic(
      (major: number, minor: number, patch: number) => new ApexVersion(major, minor, patch),
    ),
  },
  methods: strictMethods({
    'Integer compareTo(Version)': compareVersions,
    'Integer major()': (self: ApexVersion) => self.major,
    'Integer minor()': (self: ApexVersion) => self.minor,
    'Integer patch()': (self: ApexVersion) => self.patch,
  }),
});

/** A patch counts only where both have one. */
function compareVersions(a: ApexVersion, b: ApexVersion): number {
  const patches = a.patch === null || b.patch === null ? 0 : a.patch - b.patch;
  return Math.sign(a.major - b.major || a.minor - b.minor || patches);
}
