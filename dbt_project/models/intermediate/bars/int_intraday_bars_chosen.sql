{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['instrument_id', 'interval', 'opened_at'],
    on_schema_change='fail',
    pre_hook='{{ forget_stale_rows() }}',
    post_hook="{{ set_build_mark(['bar_versions']) }}",
    tags=['bars'],
) }}

with

universe as (

    select * from {{ ref('int_universe_combined') }}

),

{{ chosen_versions("<> '1d'") }},

final as (

    select
        chosen.instrument_id,
        universe.symbol,
        chosen.interval,
        chosen.session_date,
        chosen.opened_at,
        chosen.closed_at,
        {{ adjusted_bar_columns() }}
    from chosen
    inner join universe on chosen.instrument_id = universe.instrument_id
    left join factors
        on chosen.instrument_id = factors.instrument_id
        and chosen.session_date >= factors.from_date
        and chosen.session_date < factors.to_date

)

select * from final
