{{ config(materialized='view', tags=['familiar']) }}

with

bars as (

    {%- for relation in ['daily_bars', 'intraday_bars'] %}

    select
        instrument_id,
        symbol,
        {{ "'1d' as interval" if relation == 'daily_bars' else 'interval' }},
        opened_at,
        closed_at,
        open,
        high,
        low,
        close,
        volume,
        vwap,
        trade_count,
        is_partial,
        status,
        provider,
        known_at
    from {{ ref(relation) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from bars
