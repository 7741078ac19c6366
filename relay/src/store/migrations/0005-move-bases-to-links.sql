-- contract

-- A link is read and written with all its bases: as one value of its row that costs one row, not one per field with an index entry each.
alter table causeway.links add column bases jsonb not null default '{}';
update causeway.links l set bases = b.bases
from (
  select link_id, jsonb_object_agg(field, jsonb_build_array(salesforce_hash, dynamics_hash, mapping_version, key_id)) as bases
  from causeway.link_bases group by link_id
) b
where b.link_id = l.id;
drop table causeway.link_bases;
comment on column causeway.links.bases is 'Per mapped field the last agreement of both sides, {"<field mapping>": [Salesforce hash, Dynamics hash, mapping version, key id]}: keyed hashes, each side''s compared with its own only; of another version or key it is no agreement.';

-- Hashes do not compress: trying to costs more than the insert itself.
alter table causeway.links set (toast_tuple_target = 8160);
alter table causeway.audit_events set (toast_tuple_target = 8160);

-- As for intents in 0004: each begins with the column that tells records apart, so that no question for units is ever answered by one
-- that holds the same org, mapping, connection and company in all its entries.
drop index causeway.links_key;
create index links_key on causeway.links (dynamics_key, entity_set, connection);
drop index causeway.links_number;
create index links_number on causeway.links (number, mapping, company, connection, org);

-- Events come in the order of their time: a summary per range of pages finds the old ones, and costs an insert nothing.
drop index causeway.audit_events_age;
create index audit_events_age on causeway.audit_events using brin (at);
