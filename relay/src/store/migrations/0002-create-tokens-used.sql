-- expand

create table causeway.tokens_used (
  org text not null,
  token_id text not null,
  expires_at timestamptz not null,
  primary key (org, token_id)
);
create index tokens_used_age on causeway.tokens_used (expires_at);
comment on table causeway.tokens_used is 'Tokens that callers used on routes that must not be repeated, until they expire.';
comment on column causeway.tokens_used.org is 'The org that signed the token.';
comment on column causeway.tokens_used.token_id is 'The jti of the token.';
comment on column causeway.tokens_used.expires_at is 'When the token ends by itself, and the row may go.';
