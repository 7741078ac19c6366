import { type ObjectType } from '../../metadata/schema.ts';
import { notSupported, RecordError } from '../../record-error.ts';
import { type PageOrg } from '../records/page-session.ts';
import { nameFieldOf, objectOfId } from '../records/ui-record.ts';
import { fieldModel, fieldModels, pathsOf } from './field-model.ts';
import { type Flexipage, type PageItem } from './flexipage.ts';
import { type ComponentModel, type FieldModel, type PageModel } from './page-model.ts';
import { standardLayout } from './standard-layouts.ts';

type Building = {
  readonly org: PageOrg;
  readonly userId: string;
  readonly object: ObjectType;
  readonly page: Flexipage;
  /** Keys of components, unique on the page. */
  readonly nextKey: () => string;
};

const STANDARD_LABELS: Readonly<Record<string, string>> = {
  'Standard.Tab.detail': 'Details',
  'Standard.Tab.relatedLists': 'Related',
};

/** The page of a record for one user: laid out by its flexipage, or by default where the object has none. */
export function recordPage(
  org: PageOrg,
  pages: ReadonlyMap<string, Flexipage>,
  userId: string,
  recordId: string,
): PageModel {
  const object = objectOfId(org, recordId);
  if (!org.security.rightsOf(userId).object(object).read) throw hidden();
  const page = pages.get(object.name.toLowerCase()) ?? defaultPage(object);
  let keys = 0;
  const building: Building = { org, userId, object, page, nextKey: () => `c${++keys}` };
  const layout = standardLayout(object.name, nameFieldOf(object));
  const nameField = fieldModel(org, userId, object, nameFieldOf(object));
  if (nameField === null) throw hidden();
  const highlights = fieldModels(org, userId, object, layout.highlights).slice(0, 5);
  const region = (name: string): ComponentModel[] => itemsOf(building, name);
  const [header, main, sidebar] = [region('header'), region('main'), region('sidebar')];
  const shown = [nameField, ...highlights, ...[...header, ...main, ...sidebar].flatMap(fieldsOf)];
  return {
    objectName: object.name,
    objectLabel: object.label,
    icon: layout.icon,
    isEditable: shown.some((field) => field.isEditable),
    nameField,
    highlights,
    header,
    main,
    sidebar,
    fields: [...new Set(pathsOf(shown).map((path) => `${object.name}.${path}`))],
  };
}

function hidden(): RecordError {
  return new RecordError('NOT_FOUND', 'The requested resource does not exist');
}

function itemsOf(building: Building, region: string): ComponentModel[] {
  return (building.page.regions.get(region) ?? []).flatMap((item) =>
    item.kind === 'component' ? (componentOf(building, item) ?? []) : [],
  );
}

type Component = Extract<PageItem, { kind: 'component' }>;
type Draw = (building: Building, properties: Component['properties'], key: string) => ComponentModel | null;

/** The platform's own components that pages may use; what is not here is refused by name. */
const STANDARD: Readonly<Record<string, Draw>> = {
  'force:highlightsPanel': (_building, _properties, key) => ({ kind: 'highlights', key }),
  'runtime_sales_pathassistant:pathAssistant': (building, _properties, key) => pathOf(building, key),
  'flexipage:tabset': (building, { tabs = '' }, key) => ({ kind: 'tabset', key, tabs: tabsOf(building, tabs) }),
  'flexipage:fieldSection': (building, properties, key) => sectionOf(building, properties, key),
  'force:relatedListSingleContainer': (_building, properties, key) => ({
    kind: 'relatedList',
    key,
    relationship: properties['relatedListApiName'] ?? '',
    limit: Number(properties['rowsToDisplay'] ?? '10'),
  }),
};

function componentOf(building: Building, { name, properties }: Component): ComponentModel | null {
  const key = building.nextKey();
  const draw = STANDARD[name];
  if (draw) return draw(building, properties, key);
  if (name.startsWith('c:')) return { kind: 'custom', key, name, properties };
  throw notSupported(`the component ${name} of the page ${building.page.name}`);
}

function pathOf({ org, userId, object }: Building, key: string): ComponentModel | null {
  const field = fieldModel(org, userId, object, 'StageName') ?? fieldModel(org, userId, object, 'Status');
  return field && { kind: 'path', key, field };
}

function tabsOf(building: Building, facet: string): Extract<ComponentModel, { kind: 'tabset' }>['tabs'] {
  return (building.page.regions.get(facet) ?? []).map((item) => {
    const properties = item.kind === 'component' ? item.properties : {};
    const title = properties['title'] ?? '';
    return {
      key: building.nextKey(),
      label: STANDARD_LABELS[title] ?? title,
      items: itemsOf(building, properties['body'] ?? ''),
    };
  });
}

function sectionOf(building: Building, properties: Component['properties'], key: string): ComponentModel | null {
  const facets = (building.page.regions.get(properties['columns'] ?? '') ?? []).map((item) =>
    item.kind === 'component' ? (item.properties['body'] ?? '') : '',
  );
  const columns = facets.map((facet) => ({ key: building.nextKey(), fields: columnOf(building, facet) }));
  if (columns.every(({ fields }) => fields.length === 0)) return null;
  return { kind: 'section', key, label: properties['label'] ?? '', columns };
}

function columnOf({ org, userId, object, page }: Building, facet: string): FieldModel[] {
  return (page.regions.get(facet) ?? []).flatMap((item) => {
    const field = item.kind === 'field' ? fieldModel(org, userId, object, item.field) : null;
    if (field === null || item.kind !== 'field') return [];
    if (item.behavior === 'readonly') return [{ ...field, isEditable: false }];
    return [{ ...field, isRequired: field.isRequired || item.behavior === 'required' }];
  });
}

function fieldsOf(component: ComponentModel): readonly FieldModel[] {
  if (component.kind === 'section') return component.columns.flatMap(({ fields }) => fields);
  if (component.kind === 'tabset') return component.tabs.flatMap(({ items }) => items.flatMap(fieldsOf));
  return component.kind === 'path' ? [component.field] : [];
}

/** Every field of the object in two columns, as a page that nobody laid out shows them. */
function defaultPage(object: ObjectType): Flexipage {
  const names = [...object.fields.values()]
    .filter(({ name }) => name !== 'Id' && name !== 'IsDeleted')
    .map(({ name }) => name);
  const half = Math.ceil(names.length / 2);
  const column = (fields: readonly string[]): PageItem[] =>
    fields.map((field) => ({ kind: 'field', field, behavior: 'none' }));
  const component = (name: string, properties: Record<string, string> = {}): PageItem => ({
    kind: 'component',
    name,
    properties,
  });
  return {
    name: `default page of ${object.name}`,
    objectName: object.name,
    regions: new Map([
      ['header', [component('force:highlightsPanel')]],
      ['main', [component('flexipage:tabset', { tabs: 'tabs' })]],
      ['tabs', [component('flexipage:tab', { title: 'Standard.Tab.detail', body: 'details' })]],
      ['details', [component('flexipage:fieldSection', { columns: 'columns', label: 'Information' })]],
      ['columns', [component('flexipage:column', { body: 'left' }), component('flexipage:column', { body: 'right' })]],
      ['left', column(names.slice(0, half))],
      ['right', column(names.slice(half))],
    ]),
  };
}
