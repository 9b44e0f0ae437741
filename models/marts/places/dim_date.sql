-- dim_date.sql
-- One row a day, 1990 to 2040.
with

bank_holidays as (

    select * from {{ ref('bank_holidays') }}

),

days as (

    select cast(generated.day as date) as calendar_date
    from range(date '1990-01-01', date '2041-01-01', interval 1 day) as generated (day)

),

-- The financial year of public bodies begins on 1 April.
numbered as (

    select
        calendar_date,
        year(calendar_date - interval 3 month) as financial_year_from,
        isodow(calendar_date) as weekday
    from days

)

select
    numbered.calendar_date,
    cast(year(numbered.calendar_date) as integer) as year,
    cast(quarter(numbered.calendar_date) as integer) as quarter,
    strftime(numbered.calendar_date, '%Y') || '-Q' || quarter(numbered.calendar_date) as quarter_name,
    cast(month(numbered.calendar_date) as integer) as month,
    strftime(numbered.calendar_date, '%B') as month_name,
    cast(date_trunc('month', numbered.calendar_date) as date) as month_start_date,
    last_day(numbered.calendar_date) as month_end_date,
    cast(day(numbered.calendar_date) as integer) as day_of_month,
    cast(dayofyear(numbered.calendar_date) as integer) as day_of_year,
    cast(isoyear(numbered.calendar_date) as integer) as iso_year,
    cast(weekofyear(numbered.calendar_date) as integer) as iso_week,
    strftime(numbered.calendar_date, '%G-W%V') as iso_week_name,
    cast(date_trunc('week', numbered.calendar_date) as date) as week_start_date,
    cast(numbered.weekday as integer) as weekday,
    strftime(numbered.calendar_date, '%A') as weekday_name,
    cast(numbered.financial_year_from as integer) as financial_year_from,
    numbered.financial_year_from || '/' || right(cast(numbered.financial_year_from + 1 as varchar), 2) as financial_year,
    cast(quarter(numbered.calendar_date - interval 3 month) as integer) as financial_quarter,
    numbered.weekday > 5 as is_weekend,
    bank_holidays.holiday_date is not null as is_bank_holiday,
    bank_holidays.label as bank_holiday,
    numbered.weekday <= 5 and bank_holidays.holiday_date is null as is_working_day
from numbered
left join bank_holidays on numbered.calendar_date = bank_holidays.holiday_date
