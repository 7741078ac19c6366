import { type BlockContext, type ExpressionContext } from '@apexdevtools/apex-parser';
import { type ApexType } from '../types.ts';
import { type ParsedUnit, type TreeNode } from './parse.ts';

export type Visibility = 'private' | 'protected' | 'public' | 'global';

/** `@InvocableMethod(label='Sync')`: names in lower case, values as text; a lone value is called `value`. */
export type AnnotationModel = { readonly name: string; readonly values: Readonly<Record<string, string>> };

export type Modifiers = {
  readonly visibility: Visibility | null;
  readonly words: ReadonlySet<string>;
  readonly sharing: Sharing;
  readonly annotations: readonly AnnotationModel[];
};

export type Sharing = 'with' | 'without' | 'inherited' | null;

export type ParameterModel = { readonly name: string; readonly type: ApexType };

export type MethodModel = {
  readonly name: string;
  readonly owner: ClassModel;
  readonly modifiers: Modifiers;
  readonly isStatic: boolean;
  readonly returns: ApexType;
  readonly parameters: readonly ParameterModel[];
  readonly body: BlockContext | null;
  /** Its name in JavaScript, one for each signature. */
  readonly key: string;
  readonly tree: TreeNode;
};

export type AccessorModel = { readonly body: BlockContext | null; readonly visibility: Visibility };

export type FieldModel = {
  readonly name: string;
  readonly owner: ClassModel;
  readonly modifiers: Modifiers;
  readonly isStatic: boolean;
  readonly type: ApexType;
  readonly key: string;
  readonly initializer: ExpressionContext | null;
  /** Null for plain fields. */
  readonly property: { readonly get: AccessorModel | null; readonly set: AccessorModel | null } | null;
  readonly tree: TreeNode;
};

/** What runs before a constructor's own statements, or when the class is first used, in the order of the source. */
export type InitializerModel = { readonly isStatic: boolean } & (
  { readonly field: FieldModel; readonly block: null } | { readonly field: null; readonly block: BlockContext }
);

export type ClassModel = {
  readonly name: string;
  readonly simpleName: string;
  readonly kind: 'class' | 'interface' | 'enum';
  readonly outer: ClassModel | null;
  readonly unit: ParsedUnit;
  readonly modifiers: Modifiers;
  readonly tree: TreeNode;
  readonly inner: Map<string, ClassModel>;
  readonly fields: Map<string, FieldModel>;
  readonly methods: Map<string, MethodModel[]>;
  readonly constructors: MethodModel[];
  readonly initializers: InitializerModel[];
  readonly constants: readonly string[];
  superclass: ApexType | null;
  interfaces: readonly ApexType[];
};

export type TriggerModel = {
  readonly name: string;
  readonly objectName: string;
  readonly events: readonly string[];
  readonly unit: ParsedUnit;
};

export const outermost = (model: ClassModel): ClassModel => (model.outer ? outermost(model.outer) : model);

export function hasAnnotation(modifiers: Modifiers, name: string): boolean {
  return modifiers.annotations.some((annotation) => annotation.name === name);
}
