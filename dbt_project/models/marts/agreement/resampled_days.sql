{{ config(materialized='view', tags=['bars']) }}

with

resampled as (

    select * from {{ ref('int_bars_resampled') }}
    where interval = '1d'

),

daily_bars as (

    select * from {{ ref('daily_bars') }}
    where provider not like 'derived:%' and not is_partial

),

compared as (

    select
        daily_bars.instrument_id,
        daily_bars.symbol,
        daily_bars.session_date,
        daily_bars.provider,
        {%- for column in ['open', 'high', 'low', 'close', 'volume'] %}
        daily_bars.{{ column }},
        resampled.{{ column }} as {{ column }}_resampled,
        coalesce(
            abs(daily_bars.{{ column }} - resampled.{{ column }})
            > {{ var('adjusted_close_tolerance') }} * abs(daily_bars.{{ column }}),
            false
        ) as {{ column }}_differs,
        {%- endfor %}
        resampled.made_of,
        resampled.bar_count,
        resampled.is_partial
    from daily_bars
    inner join resampled
        on daily_bars.instrument_id = resampled.instrument_id
        and daily_bars.opened_at = resampled.opened_at

),

final as (

    select
        instrument_id,
        symbol,
        session_date,
        provider,
        made_of,
        bar_count,
        {%- for column in ['open', 'high', 'low', 'close', 'volume'] %}
        {{ column }},
        {{ column }}_resampled,
        {%- endfor %}
        case
            when
                not (open_differs or high_differs or low_differs or close_differs)
                and not volume_differs
                then 'equal'
            when is_partial then 'minutes_missing'
            when not (open_differs or high_differs or low_differs or close_differs)
                then 'volume_only'
            when not (high_differs or low_differs) then 'auction'
            else 'differs'
        end as agreement
    from compared

)

select * from final
