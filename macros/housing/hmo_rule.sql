{# The rule of thumb that the model has to beat: complaints of a year, those about the let itself twice, and new council tax
   accounts of a year. #}
{% macro hmo_rule(features) -%}
    2 * ({{ features }}.unlicensed_reports + {{ features }}.housing_requests)
    + {{ features }}.noise_requests + {{ features }}.waste_requests + {{ features }}.nuisance_requests
    + {{ features }}.moves_in_1_year
{%- endmacro %}
