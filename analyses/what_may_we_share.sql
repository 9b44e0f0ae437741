-- Who asks: a data officer whom a partner has asked for data: what may they have of whom today, why, and until when?
-- Not to be used for: legal advice. The agreement itself is what was signed.
select
    audience,
    product,
    classification,
    purpose,
    lawful_basis,
    valid_to,
    string_agg(whose_rows, ', ' order by whose_rows) as of_whom
from market.agreements
where valid_from <= current_date and coalesce(valid_to >= current_date, true)
group by all
order by audience asc, product asc, purpose asc
