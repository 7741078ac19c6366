import { type Implementation, type PropertyEntry } from '../../library/declare.ts';
import { type PlatformClass, type PlatformLibrary } from '../library.ts';

/** Finds platform functions by the references that compiled code holds. */
export function linkLibrary(library: PlatformLibrary) {
  const ownerOf = (reference: string): PlatformClass => {
    const [path = ''] = reference.split('(');
    const name = path.includes('::') ? path.slice(0, path.indexOf('::')) : path.slice(0, path.lastIndexOf('.'));
    return library.byName(name) ?? missing(reference);
  };
  const property = (reference: string): PropertyEntry => {
    const platform = ownerOf(reference);
    const all = [...platform.properties.values(), ...platform.staticProperties.values()];
    return all.find((each) => each.reference === reference)?.entry ?? missing(reference);
  };
  return {
    method: (reference: string): Implementation => {
      const platform = ownerOf(reference);
      const all = [...platform.methods.values(), ...platform.statics.values()].flat();
      const entry = all.find((each) => each.reference === reference)?.entry ?? missing(reference);
      return typeof entry === 'function' ? entry : entry.call;
    },
    getter: (reference: string): Implementation => property(reference).get,
    setter: (reference: string) => {
      const set = property(reference).set ?? missing(reference);
      return (...given: unknown[]): unknown => {
        set(...(given as never[]));
        return given.at(-1);
      };
    },
    maker: (reference: string): Implementation => {
      const [name = ''] = reference.slice('new '.length).split('(');
      const constructors = library.byName(name)?.constructors ?? [];
      return constructors.find((each) => each.reference === reference)?.call ?? missing(reference);
    },
  };
}

function missing(reference: string): never {
  throw new Error(`The platform library no longer has ${reference}: compile again.`);
}
