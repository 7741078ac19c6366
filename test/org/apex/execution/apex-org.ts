import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mustHaveField, objectNamed } from '../../metadata/schema.ts';
import { type Core } from '../../open-core.ts';
import { USERNAMES } from '../../seed-org.ts';
import { createJobStore } from '../async/job-store.ts';
import { drain } from '../async/drain.ts';
import { type CredentialSettings, NO_SETTINGS } from '../callouts/named-credentials.ts';
import { buildApexProgram } from '../compiler/build.ts';
import { type ApexCompileError } from '../compiler/errors.ts';
import { dataLibrary } from '../data/data-library.ts';
import { dataSide } from '../data/data-side.ts';
import { filesBelow, readLabels, readOrgMetadata } from '../data/org-metadata.ts';
import { createSecurity } from '../data/security.ts';
import { coreLibrary } from '../library/core-library.ts';
import { type ApexProgram } from '../program.ts';
import { type Execution, type OrgServices, type TransactionKind } from './execution.ts';
import { runTransaction } from './run-execution.ts';
import { seedPlatform } from './seed-platform.ts';
import { createTriggerHost } from './trigger-host.ts';

export type ApexOptions = {
  /** Folders in source format: classes, triggers, permission sets, credentials. */
  readonly sources: readonly string[];
  /** Classes and triggers beside those of the folders, as text under a path that ends in .cls or .trigger. */
  readonly classes?: Readonly<Record<string, string>>;
  readonly namespace?: string | null;
  readonly credentials?: CredentialSettings;
  /** Runs what compiles of the sources, `compileErrors` says what did not; without it a compile error is thrown. */
  readonly keepsGoing?: boolean;
  /** Hears that a transaction was committed which may have left work to do. */
  readonly onCommitted?: () => void;
};

export type ApexSession = { readonly userId: string; readonly kind?: TransactionKind };

/** Apex on top of an org: its triggers take part in saves, its jobs wait to be run. */
export type ApexOrg = {
  readonly program: ApexProgram;
  /** What is wrong with the sources where the org was told to keep going. */
  readonly compileErrors: readonly ApexCompileError[];
  readonly services: OrgServices;
  /** The user that tests run as. */
  readonly adminId: string;
  /** Runs the work as one transaction of that user. */
  readonly execute: <T>(session: ApexSession, work: (execution: Execution) => T) => T;
  /** Runs Apex text like Execute Anonymous, against the org's classes; answers what it wrote to the log. */
  readonly anonymous: (text: string, session: ApexSession) => readonly string[];
  /** Delivers events and runs the jobs that are due; answers how many ran. */
  readonly runDueJobs: () => number;
};

type Source = { readonly path: string; readonly text: string };

/** Compiles the classes and triggers of the sources and lets them run in the org. */
export function createApexOrg(core: Core, options: ApexOptions): ApexOrg {
  const metadata = readOrgMetadata(options.sources);
  const namespace = options.namespace ?? null;
  const sources = readApexSources(options);
  const labels = readLabels(options.sources);
  const declarations = [...coreLibrary, ...dataLibrary];
  const { schema } = core.store;
  const load = (texts: readonly Source[], keepsGoing: boolean) =>
    buildApexProgram({ sources: texts, declarations, schema, labels, namespace, data: dataSide, keepsGoing });
  const program = load(sources, options.keepsGoing ?? false);
  const services: OrgServices = {
    store: core.store,
    records: core.records,
    organizationId: core.organizationId,
    clock: core.clock,
    security: createSecurity(core.store, metadata, namespace),
    metadata,
    jobs: createJobStore(core.store),
    credentials: options.credentials ?? NO_SETTINGS,
    namespace,
    randomBytes,
  };
  core.store.db.transaction(() => seedPlatform(core.store, metadata, core.clock().toISOString()));
  core.records.attach(createTriggerHost(() => services, program, options.onCommitted ?? (() => undefined)));
  const execute: ApexOrg['execute'] = ({ userId, kind = 'anonymous' }, work) =>
    runTransaction({ org: services, program, kind, userId }, work);
  return {
    program,
    compileErrors: program.compileErrors,
    services,
    adminId: adminOf(core),
    execute,
    anonymous: (text, { userId, kind = 'anonymous' }) => {
      const withText = load([...sources, { path: 'anonymous.apex', text }], false);
      return runTransaction({ org: services, program: withText, kind, userId }, (execution) => {
        withText.runAnonymous();
        return execution.log.map((line) => line.text);
      });
    },
    runDueJobs: () =>
      drain({ org: services, program, test: null, statics: null }, { now: () => core.clock().getTime() }),
  };
}

function readApexSources({ sources, classes = {} }: ApexOptions): Source[] {
  const files = sources.flatMap((folder) => [...filesBelow(folder)]).filter((path) => /\.(cls|trigger)$/.test(path));
  const texts = Object.entries(classes).map(([path, text]) => ({ path, text }));
  return [...files.map((path) => ({ path, text: readFileSync(path, 'utf8') })), ...texts];
}

function adminOf({ store }: Core): string {
  const user = objectNamed(store.schema, 'User');
  const admin = store.find(user, mustHaveField(user, 'Username'), USERNAMES.admin)[0];
  if (!admin) throw new Error(`The org has no user ${USERNAMES.admin}.`);
  return String(admin['Id']);
}
