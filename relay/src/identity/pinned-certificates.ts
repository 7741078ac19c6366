import { X509Certificate, type KeyObject } from 'node:crypto';
import type { OrgCertificate, Store } from '../store/store.ts';

const REREAD_AFTER_MS = 30_000;
const REREAD_AFTER_MISS_MS = 2_000;

/** A certificate that one org was paired with, ready to verify signatures. */
export type PinnedCertificate = {
  readonly org: string;
  readonly kid: string | null;
  readonly thumbprint: string;
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
};

/** The pinned certificates of all orgs, never older than 30 seconds: pairing happens in another process. */
export type PinnedCertificates = {
  current(): Promise<readonly PinnedCertificate[]>;
  /** Whether `current` would answer what is held already. */
  isCurrent(): boolean;
  /** After a signature that fits none: reads again unless that was just done, so that strangers cannot load the database. */
  afterMiss(): Promise<readonly PinnedCertificate[]>;
  reload(): Promise<void>;
  onChange(listener: () => void): void;
};

/** Keeps what the store holds, read by one query however many callers wait. */
export function createPinnedCertificates(deps: {
  readonly store: Pick<Store, 'certificates'>;
  readonly clock: () => Date;
}): PinnedCertificates {
  let held: readonly PinnedCertificate[] = [];
  let readAt = -Infinity;
  let reading: Promise<void> | null = null;
  const listeners: (() => void)[] = [];

  async function read(): Promise<void> {
    const rows = await deps.store.certificates();
    const isChanged = identityOf(rows) !== identityOf(held);
    held = rows.map(toPinned);
    readAt = deps.clock().getTime();
    if (isChanged) for (const listener of listeners) listener();
  }

  function reload(): Promise<void> {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  }

  const isOlderThan = (ageMs: number): boolean => deps.clock().getTime() - readAt >= ageMs;

  async function notOlderThan(ageMs: number): Promise<readonly PinnedCertificate[]> {
    if (isOlderThan(ageMs)) await reload();
    return held;
  }

  return {
    current: () => notOlderThan(REREAD_AFTER_MS),
    isCurrent: () => !isOlderThan(REREAD_AFTER_MS),
    afterMiss: () => notOlderThan(REREAD_AFTER_MISS_MS),
    reload,
    onChange: (listener) => void listeners.push(listener),
  };
}

function identityOf(certificates: readonly { readonly org: string; readonly thumbprint: string }[]): string {
  return certificates.map(({ org, thumbprint }) => `${org}/${thumbprint}`).join();
}

function toPinned({ org, kid, thumbprint, certificatePem }: OrgCertificate): PinnedCertificate {
  const certificate = new X509Certificate(certificatePem);
  return {
    org,
    kid,
    thumbprint,
    publicKey: certificate.publicKey,
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
  };
}
