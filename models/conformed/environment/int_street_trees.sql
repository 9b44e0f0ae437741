-- int_street_trees.sql
-- One row a tree in the newest list of the authority whose it is, with the city's codes, its place and what threatens its genus.
with

trees as (

    select * from {{ ref('stg_street_trees') }}

),

reporters as (

    select * from {{ ref('int_tree_reporters') }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

locations as (

    select * from {{ ref('int_record_locations') }}
    where subject = 'street_trees'

),

areas as (

    select * from {{ ref('int_areas') }}
    where is_current_vintage

),

threats as (

    select
        genus,
        string_agg(label, '; ' order by label) filter (where is_in_britain) as threats,
        string_agg(label, '; ' order by label) filter (where not is_in_britain) as watched_threats
    from {{ ref('tree_threats') }}
    group by genus

),

botanical as (

    {{ code_map_by_phrase('tree_genus', ref('stg_street_trees'), 'botanical_name_as_sent') }}

),

common as (

    {{ code_map_by_phrase('tree_genus', ref('stg_street_trees'), 'common_name_as_sent') }}

),

ages as (

    {{ code_map('tree_age_class', ref('stg_street_trees'), 'age_class_as_sent') }}

),

conditions as (

    {{ code_map('tree_condition', ref('stg_street_trees'), 'condition_as_sent') }}

),

lands as (

    {{ code_map('tree_land', ref('stg_street_trees'), 'land_type_as_sent') }}

),

statuses as (

    {{ code_map('tree_status', ref('stg_street_trees'), 'tree_status_as_sent') }}

),

-- A collation carries lists of several ages: the newest list of an authority replaces its older ones, and says nothing of the others'.
listed as (

    select
        trees.* exclude (issues, easting, northing, longitude, latitude, local_authority_name),
        reporters.reported_by_code,
        reporters.borough_code,
        extracts.as_of_date,
        extracts.landed_at
    from trees
    inner join reporters on trees.extract_id = reporters.extract_id and trees.row_number = reporters.row_number
    inner join extracts on trees.extract_id = extracts.extract_id
    qualify
        extracts.as_of_date
        = max(extracts.as_of_date) over (partition by trees.provider_code, reporters.reported_by_code)

),

superseded as (

    {{ superseded_extracts('listed') }}

),

-- Seen: numbers of trees that begin anew at each site. A tree that is twice under one number of one site counts as the later line says.
current_trees as (

    select
        listed.*,
        concat_ws(
            '|',
            listed.provider_code,
            listed.reported_by_code,
            coalesce(listed.tree_reference, listed.record_hash::varchar),
            coalesce(listed.site_name, ''),
            coalesce(listed.street_name, '')
        ) as tree
    from listed
    anti join superseded on listed.extract_id = superseded.extract_id
    qualify row_number() over (partition by tree order by listed.landed_at desc, listed.extract_id desc, listed.row_number desc) = 1

),

-- A collation gives way to the list that the authority sends itself.
sources as (

    select distinct
        reported_by_code,
        first_value(provider_code) over (
            partition by reported_by_code
            order by provider_code = reported_by_code desc, as_of_date desc, provider_code asc
        ) as best_provider_code
    from current_trees

)

select
    md5(current_trees.tree) as tree_key,
    current_trees.* exclude (tree, borough_code, record_hash, landed_at),
    current_trees.provider_code = sources.best_provider_code as is_best_source,
    coalesce(current_trees.borough_code, locations.borough_code) as borough_code,
    locations.easting,
    locations.northing,
    locations.longitude,
    locations.latitude,
    locations.method as location_method,
    locations.area_method,
    locations.lsoa_code,
    locations.msoa_code,
    areas.ward_code,
    locations.borough_code as located_borough_code,
    coalesce(botanical.code, common.code) as genus,
    ages.code as age_class,
    conditions.code as condition,
    lands.code as land_type,
    statuses.code as tree_status,
    coalesce(coalesce(botanical.code, common.code) <> 'no_tree', true)
    and coalesce(statuses.code in ('standing', 'to_be_removed'), true)
    and current_trees.removed_date is null
    and coalesce(current_trees.tree_count > 0, true) as is_standing,
    threats.threats,
    threats.watched_threats,
    case
        when coalesce(botanical.code, common.code) <> 'mixed' then threats.threats is not null
    end as is_at_risk
from current_trees
inner join sources on current_trees.reported_by_code = sources.reported_by_code
left join locations
    on current_trees.extract_id = locations.extract_id and current_trees.row_number = locations.row_number
left join areas on locations.lsoa_code = areas.lsoa_code
left join botanical
    on
        current_trees.provider_code = botanical.provider_code
        and current_trees.botanical_name_as_sent = botanical.as_sent
left join common
    on current_trees.provider_code = common.provider_code and current_trees.common_name_as_sent = common.as_sent
left join ages on current_trees.provider_code = ages.provider_code and current_trees.age_class_as_sent = ages.as_sent
left join conditions
    on current_trees.provider_code = conditions.provider_code and current_trees.condition_as_sent = conditions.as_sent
left join lands on current_trees.provider_code = lands.provider_code and current_trees.land_type_as_sent = lands.as_sent
left join statuses
    on current_trees.provider_code = statuses.provider_code and current_trees.tree_status_as_sent = statuses.as_sent
left join threats on coalesce(botanical.code, common.code) = threats.genus
