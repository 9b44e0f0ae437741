-- person_key_history.sql
-- One row what happened to a person's key, so that old results can be carried over: made, merged into another, or split from one.
select
    person_key,
    event,
    other_person_key,
    records,
    happened_at
from {{ ref('int_person_key_history') }}
