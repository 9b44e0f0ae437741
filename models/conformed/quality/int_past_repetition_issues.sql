-- int_past_repetition_issues.sql
-- One row a record that stood twice in a delivery whose place another has taken; the models of its subject tell of the delivery that counts.
with

council_tax as (

    select
        staged.* exclude (issues),
        coalesce(staged.property_reference, staged.uprn::varchar, staged.address, '') as home,
        case
            when staged.table_name = 'account' then staged.record_hash::varchar
            when staged.table_name <> 'property' then concat_ws('|', home, staged.occupied_from_date, staged.parties)
        end as beside
    from {{ ref('stg_council_tax') }} as staged
    anti join {{ ref('int_council_tax_records') }} as counted on staged.extract_id = counted.extract_id

),

council_tax_accounts as (

    select * from council_tax
    where table_name <> 'property'

),

council_tax_properties as (

    select * from council_tax
    where table_name = 'property'

),

housing_benefit as (

    select
        staged.* exclude (issues),
        case staged.table_name
            when 'household' then coalesce(staged.household_reference, staged.record_hash::varchar)
            when 'member'
                then coalesce(staged.household_reference || '|' || staged.member_reference, staged.record_hash::varchar)
            when 'assessment'
                then concat_ws('|', staged.is_discretionary, staged.benefit_type_as_sent, coalesce(staged.from_date::varchar, ''))
            when 'whole' then concat_ws('|', staged.is_discretionary, staged.benefit_type_as_sent)
        end as beside
    from {{ ref('stg_housing_benefit') }} as staged
    anti join {{ ref('int_benefit_records') }} as counted on staged.extract_id = counted.extract_id

),

tenancies as (

    select staged.* exclude (issues)
    from {{ ref('stg_tenancies') }} as staged
    anti join {{ ref('int_tenancy_records') }} as counted on staged.extract_id = counted.extract_id

),

tenancy_agreements as (

    select * from tenancies
    where table_name not in ('property', 'member')

),

tenancy_properties as (

    select * from tenancies
    where table_name = 'property'

),

tenancy_members as (

    select
        *,
        coalesce(household_reference, record_hash::varchar) as beside
    from tenancies
    where table_name = 'member'

)

{% for subject, records, key, within in [
    ('council_tax', 'council_tax_accounts', 'account_reference', ['table_name', 'beside']),
    ('council_tax', 'council_tax_properties', 'property_reference', []),
    ('housing_benefit', 'housing_benefit', 'claim_reference', ['table_name', 'beside']),
    ('tenancies', 'tenancy_agreements', 'tenancy_reference', ['table_name']),
    ('tenancies', 'tenancy_properties', 'property_reference', []),
    ('tenancies', 'tenancy_members', 'member_reference', ['beside']),
] -%}
select * from ({{ doubled_records(subject, records, key, within=within) }})
{% if not loop.last -%}
union all
{% endif -%}
{% endfor -%}
