-- Who asks: a regional planner who looks for brownfield land without permission, by small area.
-- Not to be used for: counting homes to come. The numbers are the authorities' least expectations, of different years.
select
    fct_brownfield_sites.reported_by_name,
    fct_brownfield_sites.lsoa_code,
    dim_area.lsoa_name,
    count(*) as sites,
    sum(fct_brownfield_sites.hectares) as hectares,
    sum(fct_brownfield_sites.min_net_dwellings) as min_net_dwellings
from marts.fct_brownfield_sites
left join marts.dim_area
    on fct_brownfield_sites.lsoa_code = dim_area.lsoa_code and dim_area.is_current_vintage
where fct_brownfield_sites.is_best_source and fct_brownfield_sites.planning_status = 'not_permissioned'
group by fct_brownfield_sites.reported_by_name, fct_brownfield_sites.lsoa_code, dim_area.lsoa_name
order by min_net_dwellings desc nulls last
