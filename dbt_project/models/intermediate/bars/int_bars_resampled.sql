{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['instrument_id', 'session_date'],
    on_schema_change='fail',
    pre_hook='{{ forget_stale_rows() }}',
    post_hook="{{ set_build_mark(['int_intraday_bars_chosen']) }}",
    tags=['bars'],
) }}

{%- set mark = built_to_file_seq() %}
with

bars as (

    select * from {{ ref('int_intraday_bars_chosen') }}

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

factors as (

    select * from {{ ref('adjustment_factors') }}

),

{%- if mark > 0 %}

touched as (

    select distinct
        instrument_id,
        session_date
    from bars
    where
        last_file_seq > {{ mark }}
        or instrument_id in (
            select factors.instrument_id from factors
            where factors.known_seq > {{ mark }}
        )

),

touched_sessions as (

    select bars.*
    from bars
    inner join touched
        on bars.instrument_id = touched.instrument_id
        and bars.session_date = touched.session_date

),
{%- endif %}

final as (

    {{ resampled_bars(
        'touched_sessions' if mark > 0 else 'bars', 'universe',
        newest=['last_observed_at', 'last_file_seq']
    ) }}

)

select * from final
