{{ config(tags=['gaps']) }}

with

gaps as (

    select * from {{ ref('int_gaps_explained') }}

),

wanted as (

    select * from {{ ref('int_intervals_wanted') }}

),

judged as (

    select
        gaps.*,
        gaps.opened_at < wanted.reached_from_at as is_beyond_reach,
        case
            when gaps.healed_at is not null then 'healed'
            when gaps.waiver is not null then 'waived'
            when
                gaps.is_confirmed
                and gaps.held_of_session > 0
                and coalesce(gaps.quarantine_rule, 'null_bar') = 'null_bar'
                then 'no_trade_confirmed'
            when
                gaps.is_confirmed
                or gaps.is_out_of_range
                or gaps.opened_at < wanted.reached_from_at
                or (
                    not gaps.is_listed
                    and gaps.newest_outcome in ('unknown_symbol', 'delisted')
                )
                then 'absent_at_provider'
            when gaps.last_seen_at is not null then 'retrying'
            else 'open'
        end as state
    from gaps
    left join wanted
        on gaps.instrument_id = wanted.instrument_id
        and gaps.interval = wanted.interval

),

final as (

    select
        instrument_id,
        symbol,
        interval,
        session_date,
        opened_at,
        closed_at,
        state,
        {{ gap_reason() }} as reason,
        providers,
        attempts,
        first_seen_at,
        last_seen_at,
        case
            when state = 'retrying'
                then {{ add_minutes('last_seen_at', var('gap_retry_minutes')) }}
        end as next_try_at,
        healed_at
    from judged

)

select * from final
