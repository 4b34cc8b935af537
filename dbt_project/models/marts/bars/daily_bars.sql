{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['instrument_id', 'opened_at'],
    on_schema_change='fail',
    pre_hook='{{ forget_stale_rows() }}',
    post_hook="{{ set_build_mark(['bar_versions', 'int_bars_resampled']) }}",
    tags=['bars'],
) }}

{%- set columns = ['instrument_id', 'symbol'] + bar_columns() %}
{%- set mark = built_to_file_seq() %}
with

universe as (

    select * from {{ ref('int_universe_combined') }}

),

{{ chosen_versions("= '1d'") }},

own as (

    {{ adjusted_bars(adjusted_bar_columns()) }}

),

resampled as (

    select * from {{ ref('int_bars_resampled') }}
    where
        interval = '1d'
        and is_over
        and (
            last_file_seq > {{ mark }}
            or instrument_id in (
                select factors.instrument_id from factors
                where factors.known_seq > {{ mark }}
            )
        )

),

final as (

    {{ with_derived_bars('own', 'resampled', columns, held='versions') }}

)

select * from final
