import { type ApexType, classOf, sameType, typeName } from '../types.ts';
import { ownMethods, platformClasses } from './callables.ts';
import { fail } from './errors.ts';
import { type PlatformMethod } from './library.ts';
import { type ClassModel, type MethodModel } from './model.ts';
import { sameParameters, signatureText } from './members.ts';
import { type ApexWorld, isException, lineage } from './world.ts';

/** What Apex demands of a class as a whole; the first thing that is wrong is thrown. */
export function checkClass(model: ClassModel, world: ApexWorld): void {
  checkSuperclass(model, world);
  checkInterfaces(model, world);
  if (model.kind !== 'class') return;
  if (isException(world, model) && !/exception$/i.test(model.simpleName))
    fail(model.tree, `Exception class must end with 'Exception': ${model.name}`);
  for (const method of [...model.methods.values()].flat()) checkMethod(method, model, world);
  if (!model.modifiers.words.has('abstract')) checkImplemented(model, world);
}

function checkSuperclass(model: ClassModel, world: ApexWorld): void {
  const { superclass } = model;
  if (!superclass) return;
  const parent = world.classOfType(superclass);
  if (parent && (parent.kind !== 'class' || !isOpen(parent, world)))
    fail(model.tree, `Non-virtual and non-abstract type cannot be extended: ${parent.name}`);
  if (!parent && !world.platformOfType(superclass)?.isVirtual && typeName(superclass) !== 'System.Exception')
    fail(model.tree, `Non-virtual and non-abstract type cannot be extended: ${typeName(superclass)}`);
  if (parent && lineage(world, parent).includes(model)) fail(model.tree, `Circular definition: ${model.name}`);
}

function isOpen(parent: ClassModel, world: ApexWorld): boolean {
  const { words } = parent.modifiers;
  return words.has('virtual') || words.has('abstract') || isException(world, parent);
}

function checkInterfaces(model: ClassModel, world: ApexWorld): void {
  for (const type of model.interfaces) {
    const isInterface =
      world.classOfType(type)?.kind === 'interface' ||
      world.platformOfType(type)?.kind === 'interface' ||
      type.kind === 'iterable' ||
      type.kind === 'iterator';
    if (!isInterface) fail(model.tree, `${model.name}: Implemented type must be an interface: ${typeName(type)}`);
  }
}

function checkMethod(method: MethodModel, model: ClassModel, world: ApexWorld): void {
  const { words } = method.modifiers;
  if (!method.body && !words.has('abstract')) fail(method.tree, `Method must have a body: ${signatureText(method)}`);
  if (method.body && words.has('abstract'))
    fail(method.tree, `Abstract methods cannot have a body: ${signatureText(method)}`);
  const inherited = lineage(world, model)
    .slice(1)
    .flatMap((each) => each.methods.get(method.name.toLowerCase()) ?? [])
    .find((each) => sameParameters(each, method) && each.key === method.key);
  if (method.isStatic) return;
  if (words.has('override')) checkOverride(method, inherited, world);
  else if (inherited && !inherited.isStatic)
    fail(method.tree, `Method must use the override keyword: ${signatureText(method)}`);
}

const OBJECT_METHODS: ReadonlySet<string> = new Set(['tostring', 'equals', 'hashcode', 'getmessage', 'clone']);

function checkOverride(method: MethodModel, inherited: MethodModel | undefined, world: ApexWorld): void {
  if (!inherited) {
    const isDeclared = ownMethods(world, method.owner, method.name).some(
      ({ own }) => own !== null && own.owner !== method.owner,
    );
    if (!isDeclared && !OBJECT_METHODS.has(method.name.toLowerCase()))
      fail(method.tree, `Method does not override an ancestor method: ${signatureText(method)}`);
    return;
  }
  const { words } = inherited.modifiers;
  if (!words.has('virtual') && !words.has('abstract') && !words.has('override'))
    fail(method.tree, `Non-virtual, non-abstract methods cannot be overridden: ${signatureText(method)}`);
  if (!sameType(inherited.returns, method.returns))
    fail(method.tree, `Method does not override an ancestor method: ${signatureText(method)}`);
}

/** Every abstract and interface method must have a body somewhere above. */
function checkImplemented(model: ClassModel, world: ApexWorld): void {
  const chain = lineage(world, model);
  const bodies = chain.flatMap((each) => [...each.methods.values()].flat()).filter(({ body }) => body !== null);
  for (const abstract of wantedMethods(model, world)) {
    const found = bodies.find(
      (each) => each.name.toLowerCase() === abstract.name.toLowerCase() && sameParameters(each, abstract),
    );
    if (!found)
      fail(
        model.tree,
        `Class ${model.name} must implement the method: ${signatureText(abstract)}`.replace(
          /: (\S+) /,
          `: $1 ${abstract.owner.name}.`,
        ),
      );
    if (!sameType(found.returns, abstract.returns) && !world.assignable(found.returns, abstract.returns))
      fail(found.tree, `Return type of ${signatureText(found)} must be ${typeName(abstract.returns)}`);
  }
  checkPlatformInterfaces(model, bodies, world);
}

function wantedMethods(model: ClassModel, world: ApexWorld): MethodModel[] {
  const wanted: MethodModel[] = [];
  const visit = (type: ApexType): void => {
    const each = world.classOfType(type);
    if (!each) return;
    const isInterface = each.kind === 'interface';
    wanted.push(
      ...[...each.methods.values()].flat().filter(({ modifiers }) => isInterface || modifiers.words.has('abstract')),
    );
    for (const parent of world.supertypes(classOf(each.name))) visit(parent);
  };
  visit(classOf(model.name));
  return wanted;
}

function checkPlatformInterfaces(model: ClassModel, bodies: readonly MethodModel[], world: ApexWorld): void {
  const hasBody = (wanted: PlatformMethod): boolean =>
    bodies.some(
      ({ name, parameters }) =>
        name.toLowerCase() === wanted.name.toLowerCase() && parameters.length === wanted.parameters.length,
    );
  for (const { platform } of platformClasses(world, classOf(model.name))) {
    const methods = platform.kind === 'interface' ? [...platform.methods.values()].flat() : [];
    const missing = methods.find((method) => !hasBody(method));
    if (!missing) continue;
    const parameters = missing.parameters.map(typeName).join(', ');
    fail(
      model.tree,
      `Class ${model.name} must implement the method: ${typeName(missing.returns)} ${platform.name}.${missing.name}(${parameters})`,
    );
  }
}
