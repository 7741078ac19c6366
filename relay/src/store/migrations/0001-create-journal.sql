-- expand
-- The journal of record. Of business data it holds record ids, Dynamics keys and document numbers, names of fields, and keyed hashes; nothing else.

create table causeway.orgs (
  org text primary key,
  name text not null,
  paired_at timestamptz not null default now()
);
comment on table causeway.orgs is 'Salesforce orgs that the integration owner has paired with this relay.';
comment on column causeway.orgs.org is 'The 18-character Organization Id.';
comment on column causeway.orgs.name is 'The name that the org gave itself when it was paired; for people only.';
comment on column causeway.orgs.paired_at is 'When the org was paired first.';

create table causeway.org_certificates (
  org text not null references causeway.orgs on delete cascade,
  thumbprint text not null,
  kid text,
  certificate_pem text not null,
  not_after timestamptz not null,
  primary key (org, thumbprint)
);
create unique index org_certificates_thumbprint on causeway.org_certificates (thumbprint);
comment on table causeway.org_certificates is 'The certificates whose signature proves an org; at most two valid ones per org, for rotation.';
comment on column causeway.org_certificates.org is 'The org that the certificate proves; a certificate proves one org only.';
comment on column causeway.org_certificates.thumbprint is 'SHA-256 of the certificate, the name it is pinned by.';
comment on column causeway.org_certificates.kid is 'The key id that the org''s tokens carry, if any.';
comment on column causeway.org_certificates.certificate_pem is 'The public certificate.';
comment on column causeway.org_certificates.not_after is 'When the certificate ends; an expired one leaves its place to the next.';

create table causeway.links (
  id bigint generated always as identity primary key,
  org text not null,
  mapping text not null,
  record_id text not null,
  connection text not null,
  company text not null,
  entity_set text not null,
  dynamics_key text not null,
  number text,
  state text not null check (state in ('active', 'following', 'gone')),
  parent_id bigint references causeway.links on delete cascade,
  linked_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
create unique index links_unit on causeway.links (org, record_id, mapping, connection, company);
create unique index links_active_key on causeway.links (org, connection, entity_set, dynamics_key) where state = 'active';
create index links_key on causeway.links (connection, entity_set, dynamics_key);
create index links_number on causeway.links (org, mapping, connection, company, number);
create index links_parent on causeway.links (parent_id) where parent_id is not null;
comment on table causeway.links is 'The crosswalk: this unit is that Dynamics record. One link per unit; one active link per Dynamics record and org.';
comment on column causeway.links.id is 'Identity of the link inside this database.';
comment on column causeway.links.org is 'The org of the unit.';
comment on column causeway.links.mapping is 'Developer name of the entity mapping of the unit.';
comment on column causeway.links.record_id is 'The 18-character id of the Salesforce record.';
comment on column causeway.links.connection is 'Key of the Dynamics environment.';
comment on column causeway.links.company is 'Legal entity in Dynamics, lower case; empty where all companies share the entity set.';
comment on column causeway.links.entity_set is 'The entity set of the Dynamics record.';
comment on column causeway.links.dynamics_key is 'OData key predicate of the Dynamics record, the company included.';
comment on column causeway.links.number is 'The number that people know the record by.';
comment on column causeway.links.state is 'active: ours to write; following: shares the record of another unit and never writes it; gone: deleted in Dynamics.';
comment on column causeway.links.parent_id is 'The link of the document, where this is the link of one of its lines.';
comment on column causeway.links.linked_at is 'When the unit was linked first.';
comment on column causeway.links.changed_at is 'When the link was written last.';

create table causeway.link_bases (
  link_id bigint not null references causeway.links on delete cascade,
  field text not null,
  salesforce_hash text not null,
  dynamics_hash text not null,
  mapping_version text not null,
  key_id text not null,
  primary key (link_id, field)
);
comment on table causeway.link_bases is 'Per mapped field, the last agreement of both sides: each side is compared with its own hash only.';
comment on column causeway.link_bases.link_id is 'The link that the agreement belongs to.';
comment on column causeway.link_bases.field is 'Developer name of the field mapping.';
comment on column causeway.link_bases.salesforce_hash is 'Keyed hash of the canonical Salesforce value.';
comment on column causeway.link_bases.dynamics_hash is 'Keyed hash of the canonical Dynamics value as it was read back.';
comment on column causeway.link_bases.mapping_version is 'Version of the field mapping that both were made under; another version is no agreement.';
comment on column causeway.link_bases.key_id is 'Name of the hash key; a hash of another key is no agreement.';

create table causeway.intents (
  id bigint generated always as identity primary key,
  org text not null,
  mapping text not null,
  record_id text not null,
  connection text not null,
  company text not null,
  entity_set text not null,
  marker text not null,
  state text not null check (state in ('open', 'unknown', 'done')),
  opened_at timestamptz not null default now(),
  unknown_since timestamptz,
  closed_at timestamptz
);
create unique index intents_open_unit on causeway.intents (org, record_id, mapping, connection, company) where state <> 'done';
create index intents_open_set on causeway.intents (connection, entity_set, company) where state <> 'done';
create index intents_closed on causeway.intents (closed_at) where state = 'done';
comment on table causeway.intents is 'The journal of creates: written before the request is sent, so that no crash can create twice. One open intent per unit.';
comment on column causeway.intents.id is 'Identity of the intent inside this database.';
comment on column causeway.intents.org is 'The org of the unit.';
comment on column causeway.intents.mapping is 'Developer name of the entity mapping of the unit.';
comment on column causeway.intents.record_id is 'The 18-character id of the Salesforce record.';
comment on column causeway.intents.connection is 'Key of the Dynamics environment.';
comment on column causeway.intents.company is 'Legal entity in Dynamics, or empty.';
comment on column causeway.intents.entity_set is 'The entity set that the record is created in.';
comment on column causeway.intents.marker is 'The reference by which the record is found again.';
comment on column causeway.intents.state is 'open: being sent; unknown: no answer came, only looked up during its quarantine; done: the outcome is known.';
comment on column causeway.intents.opened_at is 'When the create was journalled.';
comment on column causeway.intents.unknown_since is 'When the answer stayed away; the quarantine counts from here.';
comment on column causeway.intents.closed_at is 'When the outcome was stored.';

create sequence causeway.fencing_tokens;
comment on sequence causeway.fencing_tokens is 'Every lease draws the next token; it only grows, also over leases that were removed.';

create table causeway.leases (
  resource text primary key,
  holder text not null,
  fencing_token bigint not null,
  expires_at timestamptz not null
) with (fillfactor = 70);
create index leases_expiry on causeway.leases (expires_at);
comment on table causeway.leases is 'Who works on what just now. A lease ends by the clock of the database.';
comment on column causeway.leases.resource is 'What is leased: a record of an org, or a Dynamics key.';
comment on column causeway.leases.holder is 'The run that holds it; for people only.';
comment on column causeway.leases.fencing_token is 'Proof of the holder: a commit with another token is refused.';
comment on column causeway.leases.expires_at is 'From here on anybody may take it over.';

create table causeway.cursors (
  connection text not null,
  company text not null,
  mapping text not null,
  position text not null,
  moved_at timestamptz not null default now(),
  primary key (connection, company, mapping)
);
comment on table causeway.cursors is 'How far the sweeps of a mapping have read Dynamics.';
comment on column causeway.cursors.connection is 'Key of the Dynamics environment.';
comment on column causeway.cursors.company is 'Legal entity in Dynamics, or empty.';
comment on column causeway.cursors.mapping is 'Developer name of the entity mapping.';
comment on column causeway.cursors.position is 'The position, in the words of the sweep that wrote it.';
comment on column causeway.cursors.moved_at is 'When it moved last.';

create table causeway.audit_events (
  org text not null,
  id text not null,
  at timestamptz not null,
  unit_key text,
  record_id text generated always as (split_part(unit_key, '/', 1)) stored,
  actor text not null,
  action text not null,
  rule text,
  outcome text,
  fields jsonb not null,
  correlation_id text not null,
  primary key (org, id)
);
create index audit_events_time on causeway.audit_events (org, at desc, id desc);
create index audit_events_record on causeway.audit_events (org, record_id, at desc, id desc);
create index audit_events_age on causeway.audit_events (at);
comment on table causeway.audit_events is 'Decisions, each kept until the retention ends: who, when, which rule, which fields, what verdict.';
comment on column causeway.audit_events.org is 'The org that the decision concerns; nobody else can read it.';
comment on column causeway.audit_events.id is 'Identity, given by the run: storing an event twice is storing it once.';
comment on column causeway.audit_events.at is 'When it was decided.';
comment on column causeway.audit_events.unit_key is 'The unit, if it concerns one: record/mapping/connection/company.';
comment on column causeway.audit_events.record_id is 'The record of the unit.';
comment on column causeway.audit_events.actor is 'user:, event:, schedule: or operator: with a name.';
comment on column causeway.audit_events.action is 'What was done.';
comment on column causeway.audit_events.rule is 'The rule that decided.';
comment on column causeway.audit_events.outcome is 'The outcome of the unit.';
comment on column causeway.audit_events.fields is 'Names of fields, verdicts and keyed hashes; never values.';
comment on column causeway.audit_events.correlation_id is 'Ties the decisions of one call together.';

create table causeway.problems (
  id text primary key,
  org text not null,
  code text not null,
  entity_set text,
  field text,
  scope text not null,
  state text not null check (state in ('open', 'closed')),
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now()
);
create index problems_list on causeway.problems (org, state, last_seen_at desc, id desc);
comment on table causeway.problems is 'Root causes: units that fail with the same code at the same field of the same entity set in the same scope are one problem.';
comment on column causeway.problems.id is 'Fingerprint: SHA-256 of org, code, entity set, field and scope.';
comment on column causeway.problems.org is 'The org that the problem concerns; nobody else can read it.';
comment on column causeway.problems.code is 'Code of contracts/error-codes.json, which names owner and fix.';
comment on column causeway.problems.entity_set is 'The entity set, if the cause lies in one.';
comment on column causeway.problems.field is 'The field, if the cause lies in one.';
comment on column causeway.problems.scope is 'connection/company.';
comment on column causeway.problems.state is 'open while a unit has it; closed when the last one reported without it.';
comment on column causeway.problems.first_seen_at is 'When it was met first; reopening keeps it.';
comment on column causeway.problems.last_seen_at is 'When a unit reported it last.';

create table causeway.problem_units (
  problem_id text not null references causeway.problems on delete cascade,
  org text not null,
  unit_key text not null,
  since timestamptz not null default now(),
  primary key (problem_id, unit_key)
);
create index problem_units_unit on causeway.problem_units (org, unit_key);
comment on table causeway.problem_units is 'The units that have a problem now.';
comment on column causeway.problem_units.problem_id is 'The problem.';
comment on column causeway.problem_units.org is 'The org of problem and unit.';
comment on column causeway.problem_units.unit_key is 'The unit: record/mapping/connection/company.';
comment on column causeway.problem_units.since is 'Since when the unit has it.';

create table causeway.events_seen (
  connection text not null,
  event_id text not null,
  seen_at timestamptz not null default now(),
  primary key (connection, event_id)
);
create index events_seen_age on causeway.events_seen (seen_at);
comment on table causeway.events_seen is 'Business events that arrived: Dynamics sends some twice.';
comment on column causeway.events_seen.connection is 'Key of the Dynamics environment that sent it.';
comment on column causeway.events_seen.event_id is 'The id that Dynamics gave it.';
comment on column causeway.events_seen.seen_at is 'When it arrived first.';

create table causeway.configurations (
  org text not null,
  hash text not null,
  document text not null,
  saved_at timestamptz not null default now(),
  primary key (org, hash)
);
comment on table causeway.configurations is 'Configuration documents by their hash, as the org served them.';
comment on column causeway.configurations.org is 'The org whose configuration it is.';
comment on column causeway.configurations.hash is 'sha256: and the hash of the document, the name that calls know it by.';
comment on column causeway.configurations.document is 'The canonical JSON of the configuration records: metadata, no business data.';
comment on column causeway.configurations.saved_at is 'When it was read first.';
