with

sessions as (

    select * from {{ ref('stg_calendar__sessions') }}

),

measured as (

    select
        sessions.*,
        {{ open_for('sessions') }} as open_for
    from sessions

),

final as (

    select
        calendar,
        session_date,
        opens_at,
        closes_at,
        break_starts_at,
        break_ends_at,
        cast(sum(open_for) over in_order - open_for as bigint) as starts_at_position,
        cast(sum(open_for) over in_order as bigint) as ends_at_position,
        row_number() over in_order as session_number,
        coalesce(
            lead(open_for) over (partition by calendar order by session_date), open_for
        ) as next_open_for
    from measured
    window in_order as (
        partition by calendar
        order by session_date
        rows between unbounded preceding and current row
    )

)

select * from final
