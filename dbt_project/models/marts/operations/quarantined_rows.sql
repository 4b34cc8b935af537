{{ config(
    materialized='incremental',
    incremental_strategy='append',
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
    where set_aside_count > 0

),

newest_readings as (

    select
        *,
        row_number() over (
            partition by file_seq, row_number, provider order by known_seq desc
        ) as reading_age
    from judged

),

compared as (

    select
        newest_readings.*,
        cast(newest_readings.close as {{ f8() }})
        / nullif(cast(versions.close as {{ f8() }}), 0) as ratio_to_version,
        row_number() over (
            partition by
                newest_readings.file_seq, newest_readings.row_number,
                newest_readings.provider
            order by versions.version_number desc nulls last
        ) as version_age
    from newest_readings
    left join versions
        on newest_readings.instrument_id = versions.instrument_id
        and newest_readings.interval = versions.interval
        and newest_readings.opened_at = versions.opened_at
        and newest_readings.provider = versions.provider
        and newest_readings.known_seq >= versions.known_seq
    where newest_readings.reading_age = 1

),

ruled as (

    select
        *,
        -- What differs so much from the version of its time and bore none was
        -- set aside there.
        case
            when rule is not null then rule
            when ratio_to_version not between 0.99999 and 1.00001 then 'basis_conflict'
        end as verdict
    from compared
    where version_age = 1

),

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
        cast(null as varchar) as symbol,
        cast(null as varchar) as interval,
        cast(null as timestamp) as opened_at,
        'rejected' as rule,
        reason as detail,
        payload
    from rejected_rows

)

select * from final
