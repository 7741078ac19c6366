-- expand

-- The question for the intents of units is answered by their unique index. This one began with the same columns and was taken
-- instead wherever the table had no statistics yet, which is during a first load: every unit then read all open intents.
drop index causeway.intents_open_set;
create index intents_open_set on causeway.intents (entity_set, connection, company) where state <> 'done';
