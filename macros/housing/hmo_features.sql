{# What the model of unlicensed houses in multiple occupation looks at: a column of int_hmo_features, how it is taken (`count`: its
   logarithm, since the third complaint says less than the first; `plain`: as it is), and what it says in words, as SQL.
   Only what bears a date, so that each day can be looked at as it was. Not among them, though they tell: the gazetteer's class and
   the liability for council tax, which are changed because a house was found out, and discounts and the register's size, of which
   only today's state is known. #}
{% macro hmo_features() %}
    {{ return([
        {'name': 'unlicensed_reports', 'taken': 'count', 'words': counted('unlicensed_reports', 'report of an unlicensed let in a year', 'reports of an unlicensed let in a year')},
        {'name': 'housing_requests', 'taken': 'count', 'words': counted('housing_requests', 'complaint about the state of the home in a year', 'complaints about the state of the home in a year')},
        {'name': 'noise_requests', 'taken': 'count', 'words': counted('noise_requests', 'complaint about noise in a year', 'complaints about noise in a year')},
        {'name': 'waste_requests', 'taken': 'count', 'words': counted('waste_requests', 'complaint about waste in a year', 'complaints about waste in a year')},
        {'name': 'nuisance_requests', 'taken': 'count', 'words': counted('nuisance_requests', 'complaint about pests or antisocial behaviour in a year', 'complaints about pests or antisocial behaviour in a year')},
        {'name': 'requests_before', 'taken': 'count', 'words': counted('requests_before', 'complaint in the two years before', 'complaints in the two years before')},
        {'name': 'moves_in_1_year', 'taken': 'count', 'words': counted('moves_in_1_year', 'new council tax account in a year', 'new council tax accounts in a year')},
        {'name': 'accounts_at_once', 'taken': 'count', 'words': counted('accounts_at_once', 'council tax account at once', 'council tax accounts at once')},
        {'name': 'years_since_move', 'taken': 'count', 'words': "concat('newest council tax account ', round(years_since_move, 1), ' years old')"},
        {'name': 'claims_at_once', 'taken': 'count', 'words': counted('claims_at_once', 'benefit claim at once', 'benefit claims at once')},
        {'name': 'shared_claims', 'taken': 'count', 'words': counted('shared_claims', 'claim for shared accommodation', 'claims for shared accommodation')},
        {'name': 'is_social_tenancy', 'taken': 'plain', 'words': "case when is_social_tenancy = 1 then 'a council tenancy' else 'no council tenancy' end"},
        {'name': 'habitable_rooms', 'taken': 'plain', 'words': counted('habitable_rooms', 'habitable room on the energy certificate', 'habitable rooms on the energy certificate')},
        {'name': 'energy_efficiency', 'taken': 'plain', 'words': "concat('energy efficiency of ', energy_efficiency)"},
        {'name': 'has_certificate', 'taken': 'plain', 'words': "case when has_certificate = 1 then 'an energy certificate' else 'no energy certificate' end"},
        {'name': 'is_certified_to_let', 'taken': 'plain', 'words': "case when is_certified_to_let = 1 then 'energy certificate made for a letting' else 'no certificate made for a letting' end"},
        {'name': 'years_since_sale', 'taken': 'count', 'words': "concat('sold ', round(years_since_sale, 1), ' years ago')"},
        {'name': 'planning_applications', 'taken': 'count', 'words': counted('planning_applications', 'planning application in five years', 'planning applications in five years')},
        {'name': 'visits_before', 'taken': 'count', 'words': counted('visits_before', 'housing visit more than a year ago', 'housing visits more than a year ago')},
        {'name': 'is_flat', 'taken': 'plain', 'words': "case when is_flat = 1 then 'a flat within a building' else 'a house of its own' end"},
        {'name': 'dwellings_in_building', 'taken': 'count', 'words': counted('dwellings_in_building', 'dwelling in the building', 'dwellings in the building')},
        {'name': 'is_by_business', 'taken': 'plain', 'words': "case when is_by_business = 1 then 'above or beside a business' else 'no business in the building' end"},
        {'name': 'licences_nearby', 'taken': 'plain', 'words': "concat(round(100 * licences_nearby, 1), ' in 100 dwellings of the small area have a licence')"},
        {'name': 'requests_nearby', 'taken': 'plain', 'words': "concat(round(100 * requests_nearby), ' complaints a year for 100 dwellings of the small area')"},
    ]) }}
{% endmacro %}
