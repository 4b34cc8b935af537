{{ config(tags=['aggregates']) }}

with

stocks as (

    select * from {{ ref('int_stocks_compared') }}

),

breadth as (

    select * from {{ ref('market_breadth') }}

),

indices as (

    select * from {{ ref('daily_aggregates') }}
    where symbol = '{{ var('summary_index') }}'

),

ranked as (

    select
        *,
        {{ safe_cast_to(
            rounded('cast(close as ' ~ f8() ~ ') * cast(volume as ' ~ f8() ~ ')', 2),
            decimal_type(38, 2)
        ) }} as turnover,
        row_number() over (
            partition by date order by price_change_pct desc nulls last, symbol asc
        ) as place_from_top,
        row_number() over (
            partition by date order by price_change_pct asc nulls last, symbol asc
        ) as place_from_bottom
    from stocks

),

summed as (

    select
        date,
        count(*) as stock_count,
        {{ exact_mean('price_change_pct') }} as average_change_pct,
        cast({{ median_of('price_change_pct') }} as {{ f8() }}) as median_change_pct,
        sum(volume) as total_volume,
        sum(turnover) as total_turnover,
        {{ exact_mean('cast(volatility as ' ~ log_type() ~ ')') }} as average_volatility,
        max(case when place_from_top = 1 then symbol end) as top_gainer,
        max(case when place_from_top = 1 then price_change_pct end) as top_gainer_pct,
        max(case when place_from_bottom = 1 then symbol end) as top_loser,
        max(case when place_from_bottom = 1 then price_change_pct end) as top_loser_pct
    from ranked
    group by date

),

final as (

    select
        summed.*,
        breadth.advancers,
        breadth.decliners,
        breadth.unchanged,
        indices.close as index_close,
        indices.price_change_pct as index_change_pct
    from summed
    left join breadth on summed.date = breadth.date
    left join indices on summed.date = indices.date

)

select * from final
