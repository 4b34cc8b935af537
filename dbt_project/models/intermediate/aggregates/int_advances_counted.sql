with

stocks as (

    select * from {{ ref('int_stocks_compared') }}
    where price_change is not null

),

counted as (

    select
        date,
        'stock' as asset_class,
        {%- for window in var('breadth_windows') %}
        cast(count(case when is_above_sma_{{ window }} then 1 end) as {{ f8() }})
        / nullif(count(is_above_sma_{{ window }}), 0) as share_above_sma_{{ window }},
        {%- endfor %}
        count(*) as stock_count,
        count(case when price_change > 0 then 1 end) as advancers,
        count(case when price_change < 0 then 1 end) as decliners,
        count(case when price_change = 0 then 1 end) as unchanged,
        count(case when is_new_high then 1 end) as new_highs,
        count(case when is_new_low then 1 end) as new_lows
    from stocks
    group by date

),

net as (

    select
        *,
        cast(
            1000.0 * (advancers - decliners) / nullif(advancers + decliners, 0) as {{ log_type() }}
        ) as net_advances,
        row_number() over (order by date) as bar_number
    from counted

),

final as (

    select
        *,
        {{ mean_of_newest('net_advances', var('mcclellan_fast_window')) }} as fast_seed,
        {{ mean_of_newest('net_advances', var('mcclellan_slow_window')) }} as slow_seed
    from net

)

select * from final
