-- The days round the turns of years, as almanacs have them. Mend: models/marts/places/dim_date.sql, seeds/codes/bank_holidays.csv.
with

expected as (

    select
        expected_days.calendar_date,
        expected_days.iso_year,
        expected_days.iso_week,
        expected_days.financial_year,
        expected_days.financial_quarter,
        expected_days.weekday,
        expected_days.is_working_day
    from (
        values
        (date '1995-05-08', 1995, 19, '1995/96', 1, 1, false),
        (date '2022-06-03', 2022, 22, '2022/23', 1, 5, false),
        (date '2024-12-30', 2025, 1, '2024/25', 3, 1, true),
        (date '2026-04-06', 2026, 15, '2026/27', 1, 1, false),
        (date '2027-01-01', 2026, 53, '2026/27', 4, 5, false),
        (date '2027-03-31', 2027, 13, '2026/27', 4, 3, true),
        (date '2027-04-01', 2027, 13, '2027/28', 1, 4, true),
        (date '2027-12-25', 2027, 51, '2027/28', 3, 6, false),
        (date '2027-12-27', 2027, 52, '2027/28', 3, 1, false),
        (date '2027-12-29', 2027, 52, '2027/28', 3, 3, true)
    ) as expected_days (calendar_date, iso_year, iso_week, financial_year, financial_quarter, weekday, is_working_day)

),

found as (

    select
        calendar_date,
        iso_year,
        iso_week,
        financial_year,
        financial_quarter,
        weekday,
        is_working_day
    from {{ ref('dim_date') }}

)

select expected.*
from expected
anti join found
    on
        expected.calendar_date = found.calendar_date
        and expected.iso_year = found.iso_year
        and expected.iso_week = found.iso_week
        and expected.financial_year = found.financial_year
        and expected.financial_quarter = found.financial_quarter
        and expected.weekday = found.weekday
        and expected.is_working_day = found.is_working_day
