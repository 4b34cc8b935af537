{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=[
        'instrument_id', 'interval', 'opened_at', 'provider', 'version_number'
    ],
    on_schema_change='fail',
    pre_hook='{{ forget_stale_rows() }}',
    post_hook='{{ set_build_mark() }}',
    tags=['bars'],
) }}

with recursive

judged as (

    {{ judged_bars_in_scope(newly_known_only=true) }}

),

providers as (

    select * from {{ ref('providers') }}

),

readings as (

    {{ version_entries('judged', 'providers') }}

),

observations as (

    select
        {{ version_columns('readings') }},
        readings.version_number,
        {%- for column in version_state() %}
        readings.{{ column }},
        {%- endfor %}
        readings.is_reread,
        readings.split_ratio,
        readings.newest_split_ratio
    from readings

    {%- if is_incremental() %}

    union all

    {{ current_versions_of('readings') }}
    {%- endif %}

),

{{ spread_versions('observations', 'providers') }},

{{ folded_versions() }}

select * from folded
