-- Thirty statements of a build ask by which rules something was built: this
-- table spares each of them the views behind it.
{{ config(materialized='table') }}

with

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

-- A longer calendar must not rebuild anything, a corrected one must: what was
-- built up to a file lives by the sessions up to the day of that file.
built_days as (

    select {{ built_day() }} as built_day from landing_files
    union
    select {{ built_day() }} as built_day
    from intermediate.build_marks as marks
    left join landing_files on marks.built_to_file_seq >= landing_files.file_seq
    group by marks.model

),

sessions as (

    select
        calendar,
        session_date,
        opens_at,
        closes_at,
        break_starts_at,
        break_ends_at
    from {{ ref('stg_calendar__sessions') }}

),

rules as (

    select
        'universe' as kind,
        {{ row_text('universe') }} as rule,
        date '1900-01-01' as since
    from {{ ref('int_universe_combined') }} as universe

    union all

    select
        'symbol' as kind,
        {{ row_text('symbols') }} as rule,
        date '1900-01-01' as since
    from {{ ref('int_provider_symbols_listed') }} as symbols

    union all

    select
        'provider' as kind,
        {{ row_text('providers') }} as rule,
        date '1900-01-01' as since
    from {{ ref('providers') }} as providers

    union all

    select
        'session' as kind,
        {{ row_text('sessions') }} as rule,
        sessions.session_date as since
    from sessions

),

final as (

    select
        built_days.built_day,
        md5(string_agg(rules.kind || rules.rule, ';' order by rules.kind, rules.rule)) as rules_hash
    from built_days
    inner join rules on built_days.built_day >= rules.since
    group by built_days.built_day

)

select * from final
