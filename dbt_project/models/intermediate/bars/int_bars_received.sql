{%- set day_of_stamp -%}
    case
        when bars.interval = '1d'
            then {{ local_date('bars.stamped_at', 'time_zones.name') }}
    end
{%- endset -%}
{%- set quote_over_base = safe_cast_to(
    'cast(quote_volume as ' ~ f8() ~ ') / nullif(cast(volume as ' ~ f8() ~ '), 0)', price_type()
) -%}

with

time_zones as (

    {{ known_time_zones() }}

),

received as (

    {{ received_bars(
        ref('stg_yahoo__bars'), 'bars.stamped_at', day_of_stamp,
        zone='exchange_timezone', currency='bars.currency', decimals=false
    ) }}

    union all

    {{ received_bars(
        ref('stg_binance__bars'), 'opened_at', 'cast(opened_at as date)',
        vwap=quote_over_base, trade_count='trade_count'
    ) }}

    union all

    {{ received_bars(
        ref('stg_massive__bars'), 'bars.stamped_at', day_of_stamp, zone='exchange_timezone',
        decimals_where='not bars.is_adjusted', vwap='vwap', trade_count='trade_count'
    ) }}

    union all

    {{ received_bars(ref('stg_alpha_vantage__bars'), 'opened_at', 'bar_date', zone='time_zone') }}

    union all

    {{ received_bars(
        ref('stg_fmp__bars'), 'bars.stamped_at', 'bar_date',
        zone='exchange_timezone', decimals=false
    ) }}

    union all

    {{ received_bars(
        ref('stg_file_drop__bars'), 'opened_at', 'coalesce(bar_date, cast(opened_at as date))'
    ) }}

)

select * from received
