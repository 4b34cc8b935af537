-- A stock's day beside the year before it and its averages. Stocks of a day are those that had a
-- bar then, also those that were delisted since.
with

aggregates as (

    select * from {{ ref('daily_aggregates') }}
    where asset_class = 'stock'

),

indicators as (

    select * from {{ ref('technical_indicators') }}

),

final as (

    select
        aggregates.instrument_id,
        aggregates.symbol,
        aggregates.date,
        aggregates.close,
        aggregates.volume,
        aggregates.price_change,
        aggregates.price_change_pct,
        aggregates.volatility,
        {%- for window in var('breadth_windows') %}
        aggregates.close > indicators.sma_{{ window }} as is_above_sma_{{ window }},
        {%- endfor %}
        case
            when count(aggregates.high) over year_before = {{ var('high_low_window') }}
                then aggregates.high > max(aggregates.high) over year_before
        end as is_new_high,
        case
            when count(aggregates.low) over year_before = {{ var('high_low_window') }}
                then aggregates.low < min(aggregates.low) over year_before
        end as is_new_low
    from aggregates
    left join indicators
        on aggregates.instrument_id = indicators.instrument_id
        and aggregates.date = indicators.date
    window year_before as (
        partition by aggregates.instrument_id order by aggregates.date
        rows between {{ var('high_low_window') }} preceding and 1 preceding
    )

)

select * from final
