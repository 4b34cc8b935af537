{{ config(materialized='view', tags=['quality']) }}

with

findings as (

    select * from {{ ref('data_quality_log') }}
    where weight > 0

),

bars as (

    {%- for relation in ['daily_bars', 'int_intraday_bars_chosen'] %}

    select
        instrument_id,
        symbol,
        {{ "'1d' as interval" if relation == 'daily_bars' else 'interval' }},
        opened_at
    from {{ ref(relation) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

rules_broken as (

    {#- A rule counts once, however often it found the bar. #}
    select
        instrument_id,
        interval,
        opened_at,
        rule,
        max(weight) as weight,
        count(*) as finding_count
    from findings
    group by instrument_id, interval, opened_at, rule

),

penalties as (

    select
        instrument_id,
        interval,
        opened_at,
        sum(weight) as penalty,
        sum(finding_count) as finding_count,
        string_agg(rule, ', ' order by rule) as rules
    from rules_broken
    group by instrument_id, interval, opened_at

),

final as (

    select
        bars.instrument_id,
        bars.symbol,
        bars.interval,
        bars.opened_at,
        cast(greatest(1 - coalesce(penalties.penalty, 0), 0) as {{ score_type() }})
            as data_quality_score,
        cast(coalesce(penalties.finding_count, 0) as bigint) as finding_count,
        penalties.rules
    from bars
    left join penalties
        on bars.instrument_id = penalties.instrument_id
        and bars.interval = penalties.interval
        and bars.opened_at = penalties.opened_at

)

select * from final
