-- Who asks: an auditor, and whoever wants to build a release exactly again: `citymart verify --rebuild` does, from just these files.
-- Not to be used for: proof that they are still as they were: `citymart verify` works out every hash.
select
    subject,
    provider_code,
    count(*) as files,
    count(*) filter (where outcome = 'landed') as files_that_count,
    sum(landed_rows) filter (where outcome = 'landed') as records,
    max(as_of_date) as newest_as_of_date,
    max(landed_at) as newest_landed_at,
    -- Two releases with the same fingerprint were made of the same bytes as sent.
    md5(string_agg(source_sha256 || outcome, ',' order by extract_id)) as fingerprint
from market.extracts
group by subject, provider_code
order by subject asc, provider_code asc
