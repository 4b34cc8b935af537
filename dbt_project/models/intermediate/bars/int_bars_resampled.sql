{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['instrument_id', 'session_date'],
    on_schema_change='fail',
    pre_hook='{{ forget_stale_rows() }}',
    post_hook="{{ set_build_mark(['int_intraday_bars_chosen']) }}",
    tags=['bars'],
) }}

-- Factors tell which sessions are adjusted anew: depends_on {{ ref('adjustment_factors') }}
{%- set mark = built_to_file_seq() %}

with

bars as (

    {{ bars_of_touched_sessions(ref('int_intraday_bars_chosen'), mark) }}

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

final as (

    {{ resampled_bars('bars', 'universe', newest=['last_observed_at', 'last_file_seq']) }}

)

select * from final
