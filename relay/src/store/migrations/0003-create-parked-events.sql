-- expand

create table causeway.parked_events (
  org text not null,
  connection text not null,
  event_id text not null,
  received_at timestamptz not null,
  sealed text not null,
  primary key (org, event_id, connection)
);
create index parked_events_age on causeway.parked_events (received_at);
comment on table causeway.parked_events is 'Business events that were given up, kept for two days so that a person can have them tried again.';
comment on column causeway.parked_events.org is 'The org that the event was not applied for.';
comment on column causeway.parked_events.connection is 'Key of the Dynamics environment that sent it.';
comment on column causeway.parked_events.event_id is 'The id that Dynamics gave it.';
comment on column causeway.parked_events.received_at is 'When it arrived first; what is sealed is kept for 72 hours from here at most.';
comment on column causeway.parked_events.sealed is 'The event, sealed with a key outside the database.';

alter table causeway.cursors add column org text not null default '';
alter table causeway.cursors drop constraint cursors_pkey;
alter table causeway.cursors add primary key (org, connection, company, mapping);
comment on column causeway.cursors.org is 'The org that the sweep reads for.';
