/** One Dynamics environment as the integration owner registered it. */
export type ConnectionSettings = {
  readonly key: string;
  readonly platform: 'FinanceOperations';
  /** Without trailing slash, e.g. `https://contoso.operations.dynamics.com`. */
  readonly url: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly credential:
    | { readonly kind: 'secret'; readonly secret: string }
    | { readonly kind: 'certificate'; readonly certificatePem: string; readonly privateKeyPem: string };
  /** The Entra authority, without the tenant. */
  readonly authority: string;
  /** Where the authority is reached, if not at its own address: loopback only, for the local authority. */
  readonly authorityEndpoint: string | null;
  /** What the engine and the forwarder may touch: entity set → verbs. Nothing else is reachable. */
  readonly allowed: ReadonlyMap<string, { readonly sync: readonly Verb[]; readonly forward: readonly Verb[] }>;
  /** SHA-256 (hex) of the secrets that business events may come with; two during rotation. */
  readonly eventSecretHashes: readonly string[];
  /**
   * How an update keeps from overwriting what somebody else wrote since it was read. `IfMatch`: the environment refuses it. `Compare`, for
   * environments that do not know the header: what was not sent is compared afterwards. Absent: `IfMatch`.
   */
  readonly concurrency?: 'IfMatch' | 'Compare';
  /** Whether batches ask the environment to go on after an error. Absent: yes. */
  readonly continueOnError?: boolean;
};

export type Verb = 'read' | 'create' | 'update' | 'delete';

/** One Salesforce org that this relay serves. */
export type OrgSettings = {
  readonly organizationId: string;
  readonly loginUrl: string;
  readonly clientId: string;
  readonly username: string;
  readonly privateKeyPem: string;
  /** The namespace before the package's names, `''` for none; absent, the relay finds it out. */
  readonly namespace?: string;
  /** Keys of the connections that this org may use. */
  readonly connections: readonly string[];
};

/** Everything that the relay was told, checked once, frozen. */
export type Settings = {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
  readonly dataDirectory: string;
  readonly databaseUrl: string | null;
  readonly masterKeyFile: string;
  /** How long a create of unknown outcome is only looked up: longer than Dynamics may work on one request. */
  readonly quarantineMs: number;
  /** What reads /metrics shows this token; null: they answer on this machine only. */
  readonly metricsToken: string | null;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly connections: ReadonlyMap<string, ConnectionSettings>;
  readonly orgs: ReadonlyMap<string, OrgSettings>;
};
