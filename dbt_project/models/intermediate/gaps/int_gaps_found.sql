{{ config(materialized='table') }}

with

missing as (

    select * from {{ ref('int_bars_missing') }}

),

late as (

    select * from {{ ref('int_bars_come_late') }}

),

final as (

    select
        instrument_id,
        interval,
        session_date,
        opened_at,
        closed_at,
        held_of_session,
        cast(null as bigint) as healed_run_id,
        cast(null as timestamp) as healed_at
    from missing

    union all

    select
        instrument_id,
        interval,
        session_date,
        opened_at,
        closed_at,
        cast(null as bigint) as held_of_session,
        first_run_id as healed_run_id,
        first_known_at as healed_at
    from late

)

select * from final
