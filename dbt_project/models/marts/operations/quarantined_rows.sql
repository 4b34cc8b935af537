{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(appends=true),
    on_schema_change='fail',
    pre_hook=['{{ forget_stale_rows() }}', '{{ forget_reread_instruments() }}'],
    post_hook="{{ set_build_mark(['bar_versions']) }}",
    tags=['quality'],
) }}

with

judged as (

    {{ judged_bars_in_scope(newly_known_only=false) }}

),

versions as (

    select * from {{ ref('bar_versions') }}
    where set_aside_count > 0 or version_number > 1

),

{{ ruled_readings('judged', 'versions') }},

rejected_rows as (

    select * from {{ ref('stg_tapehouse__rejected_rows') }}
    where file_seq > {{ built_to_file_seq() }}

),

final as (

    select
        file_seq,
        row_number,
        request_id,
        provider,
        provider || '_bars' as table_name,
        instrument_id,
        provider_symbol as symbol,
        interval,
        coalesce(opened_at, stamped_at) as opened_at,
        verdict as rule,
        {{ rule_detail('verdict') }} as detail,
        {{ json_text({
            'stamped_at': 'stamped_at',
            'session_date': 'session_date',
            'open': 'open_given',
            'high': 'high_given',
            'low': 'low_given',
            'close': 'close_given',
            'volume': 'volume_given',
            'currency': 'currency',
        }) }} as payload
    from ruled
    where verdict is not null

    union all

    select
        file_seq,
        row_number,
        request_id,
        provider,
        table_name,
        cast(null as bigint) as instrument_id,
        cast(null as {{ text_type() }}) as symbol,
        cast(null as {{ text_type() }}) as interval,
        cast(null as timestamp) as opened_at,
        'rejected' as rule,
        reason as detail,
        payload
    from rejected_rows

)

select * from final
