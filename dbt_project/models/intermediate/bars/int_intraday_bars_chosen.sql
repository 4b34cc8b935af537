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

    {{ adjusted_bars(adjusted_bar_columns()) }}

)

select * from final
