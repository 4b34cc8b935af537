with

gaps as (

    select * from {{ ref('int_gaps_found') }}

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

waivers as (

    select * from {{ ref('gap_waivers') }}

),

final as (

    select
        gaps.instrument_id,
        gaps.interval,
        gaps.opened_at,
        min(waivers.reason) as waiver
    from gaps
    inner join universe on gaps.instrument_id = universe.instrument_id
    inner join waivers
        on waivers.symbol in ('*', universe.symbol)
        and waivers.interval in ('*', gaps.interval)
        and gaps.opened_at >= waivers.from_at
        and gaps.opened_at < waivers.until_at
    group by gaps.instrument_id, gaps.interval, gaps.opened_at

)

select * from final
