{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=[
        'instrument_id', 'interval', 'opened_at', 'provider', 'version_number'
    ],
    on_schema_change='fail',
    pre_hook=['{{ forget_stale_rows() }}', '{{ forget_rederived_instruments() }}'],
    post_hook='{{ set_build_mark() }}',
    tags=['bars'],
) }}

with recursive

judged as (

    {{ judged_bars_in_scope() }}

),

providers as (

    select * from {{ ref('providers') }}

),

observations as (

    select
        {{ version_columns('judged') }},
        {{ add_minutes(
            'judged.closed_at',
            "case when judged.interval = '1d' then providers.settle_minutes_daily"
            ~ " else providers.settle_minutes_intraday end"
        ) }} as settles_at,
        judged.accepted_at as known_at,
        judged.observed_at as last_observed_at,
        1 as observation_count,
        judged.file_seq as last_file_seq,
        cast(null as integer) as version_number
    from judged
    inner join providers on judged.provider = providers.provider
    where judged.rule is null

    {%- if is_incremental() %}

    union all

    {{ current_versions_of('judged') }}
    {%- endif %}

),

{{ spread_versions('observations', 'providers') }},

{{ folded_versions() }}

select * from folded
