{{ config(tags=['aggregates']) }}

with

averaged as (

    select * from {{ ref('int_advances_averaged') }}

),

final as (

    select
        date,
        stock_count,
        advancers,
        decliners,
        unchanged,
        advancers - decliners as net_advancers,
        cast(advancers as {{ f8() }}) / nullif(decliners, 0) as advance_decline_ratio,
        cast(sum(advancers - decliners) over (order by date) as bigint) as advance_decline_line,
        new_highs,
        new_lows,
        {%- for window in var('breadth_windows') %}
        share_above_sma_{{ window }},
        {%- endfor %}
        fast - slow as mcclellan_oscillator
    from averaged

)

select * from final
