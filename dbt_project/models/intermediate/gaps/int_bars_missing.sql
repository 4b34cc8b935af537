with

sessions as (

    select * from {{ ref('int_sessions_completed') }}

),

parts as (

    select * from {{ ref('int_session_parts_expected') }}

),

versions as (

    select * from {{ ref('bar_versions') }}

),

numbers as (

    {{ whole_numbers(1440) }}

),

-- Counts first: only a session that holds less than expected is looked into.
lacking as (

    select
        parts.*,
        {{ interval_minutes('parts.interval') }} as minutes,
        sessions.held
    from sessions
    inner join parts
        on sessions.instrument_id = parts.instrument_id
        and sessions.interval = parts.interval
        and sessions.session_date = parts.session_date
    where sessions.held < sessions.expected

),

expected as (

    select
        lacking.instrument_id,
        lacking.interval,
        lacking.session_date,
        lacking.held as held_of_session,
        {{ add_minutes('lacking.starts_at', 'numbers.number * lacking.minutes') }} as opened_at,
        least(
            {{ add_minutes('lacking.starts_at', '(numbers.number + 1) * lacking.minutes') }},
            lacking.ends_at
        ) as closed_at
    from lacking
    inner join numbers on lacking.bar_count > numbers.number

),

final as (

    select expected.*
    from expected
    left join versions
        on expected.instrument_id = versions.instrument_id
        and expected.interval = versions.interval
        and expected.opened_at = versions.opened_at
    where versions.opened_at is null

)

select * from final
