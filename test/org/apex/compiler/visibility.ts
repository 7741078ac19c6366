import { classOf } from '../types.ts';
import { hasAnnotation, type ClassModel, type Modifiers, outermost, type Visibility } from './model.ts';
import { type ApexWorld } from './world.ts';

/** Whether code of the one class may use a member of the other: a file sees all of its own, subclasses what is protected, tests what is @TestVisible. */
export function isVisible(
  world: ApexWorld,
  {
    from,
    owner,
    modifiers,
    visibility,
  }: {
    from: ClassModel;
    owner: ClassModel;
    modifiers: Modifiers;
    visibility?: Visibility;
  },
): boolean {
  if (owner.kind !== 'class') return true;
  const wanted = visibility ?? modifiers.visibility ?? 'private';
  if (wanted === 'public' || wanted === 'global' || outermost(from) === outermost(owner)) return true;
  if (hasAnnotation(modifiers, 'testvisible') && hasAnnotation(outermost(from).modifiers, 'istest')) return true;
  return wanted === 'protected' && world.assignable(classOf(from.name), classOf(owner.name));
}
