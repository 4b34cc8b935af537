with

gaps as (

    select * from {{ ref('int_gaps_sighted') }}

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

waived as (

    select * from {{ ref('int_gaps_waived') }}

),

quarantined as (

    select * from {{ ref('quarantined_rows') }}

),

set_aside as (

    select
        quarantined.instrument_id,
        quarantined.interval,
        quarantined.opened_at,
        quarantined.rule,
        row_number() over (
            partition by quarantined.instrument_id, quarantined.interval, quarantined.opened_at
            order by quarantined.file_seq desc, quarantined.row_number desc
        ) as age
    from quarantined
    inner join gaps
        on quarantined.instrument_id = gaps.instrument_id
        and quarantined.interval = gaps.interval
        and quarantined.opened_at = gaps.opened_at

),

final as (

    select
        gaps.*,
        universe.symbol,
        universe.is_listed,
        waived.waiver,
        set_aside.rule as quarantine_rule
    from gaps
    inner join universe on gaps.instrument_id = universe.instrument_id
    left join waived
        on gaps.instrument_id = waived.instrument_id
        and gaps.interval = waived.interval
        and gaps.opened_at = waived.opened_at
    left join set_aside
        on gaps.instrument_id = set_aside.instrument_id
        and gaps.interval = set_aside.interval
        and gaps.opened_at = set_aside.opened_at
        and set_aside.age = 1

)

select * from final
