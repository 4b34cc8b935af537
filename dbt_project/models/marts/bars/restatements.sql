{{ config(materialized='view', tags=['bars']) }}

with

versions as (

    select * from {{ ref('bar_versions') }}

),

providers as (

    select * from {{ ref('providers') }}

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

requests as (

    select * from {{ ref('stg_tapehouse__requests') }}

),

pairs as (

    select
        versions.*,
        {%- for field in ['open', 'high', 'low', 'close', 'volume'] %}
        earlier.{{ field }} as old_{{ field }},
        {%- endfor %}
        earlier.final_known_at is not null as was_final,
        providers.price_tolerance,
        case
            when earlier.final_known_at is null then providers.volume_tolerance
            else providers.settled_volume_tolerance
        end as volume_tolerance
    from versions
    inner join providers on versions.provider = providers.provider
    inner join versions as earlier
        on versions.instrument_id = earlier.instrument_id
        and versions.interval = earlier.interval
        and versions.opened_at = earlier.opened_at
        and versions.provider = earlier.provider
        and versions.version_number = earlier.version_number + 1
    where versions.cause = 'restated'

),

fields as (

    {%- for field in ['open', 'high', 'low', 'close', 'volume'] %}

    select
        instrument_id,
        interval,
        opened_at,
        session_date,
        provider,
        version_number,
        '{{ field }}' as field,
        cast(old_{{ field }} as {{ volume_type() }}) as old_value,
        cast({{ field }} as {{ volume_type() }}) as new_value,
        was_final,
        request_id,
        file_seq,
        row_number,
        known_seq,
        known_at
    from pairs
    where
        (old_{{ field }} is null) <> ({{ field }} is null)
        or abs({{ field }} - old_{{ field }})
        > {{ 'volume' if field == 'volume' else 'price' }}_tolerance * abs(old_{{ field }})
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select
        fields.instrument_id,
        universe.symbol,
        fields.interval,
        fields.opened_at,
        fields.session_date,
        fields.provider,
        fields.version_number,
        fields.field,
        fields.old_value,
        fields.new_value,
        cast(fields.new_value - fields.old_value as {{ f8() }})
        / nullif(abs(cast(fields.old_value as {{ f8() }})), 0) as relative_change,
        fields.was_final,
        fields.request_id,
        requests.run_id,
        fields.file_seq,
        fields.row_number,
        fields.known_seq,
        fields.known_at
    from fields
    left join universe on fields.instrument_id = universe.instrument_id
    left join requests on fields.request_id = requests.request_id

)

select * from final
