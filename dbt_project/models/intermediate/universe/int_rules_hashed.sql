-- Thirty statements of a build ask this: a table spares them the views behind.
{{ config(materialized='table') }}

with

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

symbols as (

    select * from {{ ref('int_provider_symbols_listed') }}

),

providers as (

    select * from {{ ref('providers') }}

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

rules as (

    {%- for kind in ['universe', 'symbols', 'providers', 'sessions'] %}

    select
        {{ 'session_date' if kind == 'sessions' else "date '1900-01-01'" }} as since,
        '{{ kind }}' || {{ row_text(kind) }} as rule
    from {{ kind }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select
        built_days.built_day,
        md5(string_agg(rules.rule, ';' order by rules.rule)) as rules_hash
    from built_days
    inner join rules on built_days.built_day >= rules.since
    group by built_days.built_day

)

select * from final
