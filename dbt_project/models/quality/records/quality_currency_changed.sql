-- A row is a bar in another currency than its instrument's.
with

daily_bars as (

    select * from {{ ref('daily_bars') }}

),

intraday_bars as (

    select * from {{ ref('int_intraday_bars_chosen') }}

),

instruments as (

    select * from {{ ref('instruments') }}

),

bars as (

    select
        '1d' as interval,
        {{ finding_columns() }},
        currency
    from daily_bars

    union all

    select
        interval,
        {{ finding_columns() }},
        currency
    from intraday_bars

),

found as (

    select
        bars.*,
        'in ' || bars.currency || ', not in ' || instruments.currency as detail
    from bars
    inner join instruments on bars.instrument_id = instruments.instrument_id
    where bars.currency <> {{ whole_currency('instruments.currency') }}

),

{{ findings('currency_changed') }}
