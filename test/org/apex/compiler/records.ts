import { type ApexClassRecord, type ApexMethodInfo } from '../program.ts';
import { type ClassModel, type MethodModel, type ParameterModel } from './model.ts';

/** What stays of a class when it is compiled: enough for JSON, reflection, stubs and callbacks. */
export function classRecord(model: ClassModel): ApexClassRecord {
  const fields = [...model.fields.values()];
  return {
    name: model.name,
    kind: model.kind,
    path: model.unit.source.path,
    line: model.tree.start.line,
    superclass: model.superclass,
    interfaces: model.interfaces,
    isAbstract: model.modifiers.words.has('abstract'),
    visibility: model.modifiers.visibility ?? 'private',
    sharing: model.modifiers.sharing,
    annotations: model.modifiers.annotations,
    fields: fields
      .filter(({ isStatic }) => !isStatic)
      .map(({ name, key, type, modifiers }) => ({ name, key, type, isTransient: modifiers.words.has('transient') })),
    fieldAnnotations: Object.fromEntries(
      fields.map(({ name, modifiers }) => [name.toLowerCase(), modifiers.annotations]),
    ),
    methods: [...model.methods.values()].flat().map(methodInfo),
    constructors: model.constructors.map(({ parameters, key }) => ({
      parameters: parameters.map(plainParameter),
      key,
    })),
    constants: model.constants,
  };
}

const plainParameter = ({ name, type }: ParameterModel): ParameterModel => ({ name, type });

function methodInfo({ name, owner, modifiers, parameters, returns, isStatic, key, tree }: MethodModel): ApexMethodInfo {
  return {
    className: owner.name,
    name,
    parameters: parameters.map(plainParameter),
    returns,
    isStatic,
    visibility: owner.kind === 'interface' ? 'global' : (modifiers.visibility ?? 'private'),
    annotations: modifiers.annotations,
    key,
    line: tree.start.line,
  };
}
