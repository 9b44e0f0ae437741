{# The subjects whose records are of people in a service, all staged alike (`staged_people`). #}
{% macro service_subjects() %}
    {{ return(['adult_social_care', 'childrens_services', 'library_members', 'public_health', 'homelessness']) }}
{% endmacro %}
