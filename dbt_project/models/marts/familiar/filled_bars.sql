{{ config(materialized='view', tags=['familiar']) }}

with

candles as (

    select * from {{ ref('candles') }}

),

gaps as (

    select * from {{ ref('bar_gaps') }}
    where state <> 'healed'

),

expected as (

    select
        {%- for column in ['instrument_id', 'symbol', 'interval', 'opened_at', 'closed_at'] %}
        coalesce(candles.{{ column }}, gaps.{{ column }}) as {{ column }},
        {%- endfor %}
        {%- for column in ['open', 'high', 'low', 'close', 'volume', 'provider'] %}
        candles.{{ column }},
        {%- endfor %}
        case when candles.close is null then gaps.state end as gap_state
    from candles
    full outer join gaps
        on candles.instrument_id = gaps.instrument_id
        and candles.interval = gaps.interval
        and candles.opened_at = gaps.opened_at

),

since_held as (

    select
        *,
        count(close) over (
            partition by instrument_id, interval order by opened_at rows unbounded preceding
        ) as bars_held
    from expected

),

carried as (

    select
        *,
        max(close) over (partition by instrument_id, interval, bars_held) as last_close
    from since_held
    where bars_held > 0

),

final as (

    select
        instrument_id,
        symbol,
        interval,
        opened_at,
        closed_at,
        {%- for column in ['open', 'high', 'low', 'close'] %}
        case when gap_state is null then {{ column }} else last_close end as {{ column }},
        {%- endfor %}
        case when gap_state is null then volume else 0 end as volume,
        provider,
        gap_state is not null as is_synthetic,
        gap_state
    from carried

)

select * from final
