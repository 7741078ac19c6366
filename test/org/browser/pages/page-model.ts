/** One field as a page needs it, with what this user may do to it. Shared by the org's pages and the browser. */
export type FieldModel = {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly isEditable: boolean;
  readonly isRequired: boolean;
  readonly isNameField: boolean;
  readonly length: number;
  readonly scale: number;
  readonly picklist: readonly { readonly value: string; readonly label: string }[];
  /** For a lookup: the relationship and the field by which the parent is called, `Account` and `Name`. */
  readonly parent: { readonly relationship: string; readonly nameField: string } | null;
};

/** A component of a page, ready to be drawn. */
export type ComponentModel =
  | { readonly kind: 'highlights'; readonly key: string }
  | { readonly kind: 'path'; readonly key: string; readonly field: FieldModel }
  | {
      readonly kind: 'tabset';
      readonly key: string;
      readonly tabs: readonly {
        readonly key: string;
        readonly label: string;
        readonly items: readonly ComponentModel[];
      }[];
    }
  | {
      readonly kind: 'section';
      readonly key: string;
      readonly label: string;
      readonly columns: readonly { readonly key: string; readonly fields: readonly FieldModel[] }[];
    }
  | { readonly kind: 'relatedList'; readonly key: string; readonly relationship: string; readonly limit: number }
  | {
      readonly kind: 'custom';
      readonly key: string;
      readonly name: string;
      readonly properties: Readonly<Record<string, string>>;
    };

/** A record page for one user. */
export type PageModel = {
  readonly objectName: string;
  readonly objectLabel: string;
  readonly icon: string;
  /** Whether the user may edit anything that the page shows. */
  readonly isEditable: boolean;
  readonly nameField: FieldModel;
  readonly highlights: readonly FieldModel[];
  readonly header: readonly ComponentModel[];
  readonly main: readonly ComponentModel[];
  readonly sidebar: readonly ComponentModel[];
  /** Every field that anything on the page shows, as getRecord wants them. */
  readonly fields: readonly string[];
};

export type UiValue = { readonly value: unknown; readonly displayValue: string | null };

/** A record as `lightning/uiRecordApi` gives it. */
export type UiRecord = {
  readonly id: string;
  readonly apiName: string;
  readonly lastModifiedDate?: string;
  readonly fields: Readonly<Record<string, UiValue>>;
};

/** Records in columns: a list view or a related list. */
export type ListModel = {
  readonly objectName: string;
  readonly label: string;
  readonly icon: string;
  readonly columns: readonly FieldModel[];
  readonly records: readonly UiRecord[];
  readonly hasMore: boolean;
};

export type SessionModel = {
  readonly user: { readonly id: string; readonly name: string; readonly username: string };
  readonly users: readonly { readonly username: string; readonly name: string; readonly role: string }[];
  readonly app: string;
  readonly tabs: readonly {
    readonly objectName: string;
    readonly keyPrefix: string;
    readonly label: string;
    readonly icon: string;
  }[];
  readonly customPermissions: readonly string[];
};
