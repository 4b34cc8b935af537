with

yahoo_bars as (

    select * from {{ ref('stg_yahoo__bars') }}

),

binance_bars as (

    select * from {{ ref('stg_binance__bars') }}

),

alpha_vantage_bars as (

    select * from {{ ref('stg_alpha_vantage__bars') }}

),

file_drop_bars as (

    select * from {{ ref('stg_file_drop__bars') }}

),

time_zones as (

    {{ known_time_zones() }}

),

received as (

    select
        {{ received_keys() }},
        yahoo_bars.stamped_at,
        case
            when yahoo_bars.interval = '1d'
                then {{ local_date('yahoo_bars.stamped_at', 'time_zones.name') }}
        end as local_date,
        time_zones.name as exchange_timezone,
        yahoo_bars.currency,
        {{ doubles_given() }},
        {{ decimals_given(none) }},
        cast(null as {{ price_type() }}) as vwap,
        cast(null as bigint) as trade_count
    from yahoo_bars
    left join time_zones on yahoo_bars.exchange_timezone = time_zones.name

    union all

    select
        {{ received_keys() }},
        opened_at as stamped_at,
        cast(opened_at as date) as local_date,
        'UTC' as exchange_timezone,
        cast(null as {{ text_type() }}) as currency,
        {{ doubles_given() }},
        {{ decimals_given('binance_bars') }},
        {{ safe_cast_to(
            'cast(quote_volume as ' ~ f8() ~ ') / nullif(cast(volume as ' ~ f8() ~ '), 0)',
            price_type()
        ) }} as vwap,
        trade_count
    from binance_bars

    union all

    select
        {{ received_keys() }},
        opened_at as stamped_at,
        bar_date as local_date,
        time_zones.name as exchange_timezone,
        cast(null as {{ text_type() }}) as currency,
        {{ doubles_given() }},
        {{ decimals_given('alpha_vantage_bars') }},
        cast(null as {{ price_type() }}) as vwap,
        cast(null as bigint) as trade_count
    from alpha_vantage_bars
    left join time_zones on alpha_vantage_bars.time_zone = time_zones.name

    union all

    select
        {{ received_keys() }},
        opened_at as stamped_at,
        coalesce(bar_date, cast(opened_at as date)) as local_date,
        'UTC' as exchange_timezone,
        cast(null as {{ text_type() }}) as currency,
        {{ doubles_given() }},
        {{ decimals_given('file_drop_bars') }},
        cast(null as {{ price_type() }}) as vwap,
        cast(null as bigint) as trade_count
    from file_drop_bars

)

select * from received
