{{ config(materialized='view', tags=['bars']) }}

with

pairs as (

    select * from {{ ref('int_versions_restated') }}

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

requests as (

    select * from {{ ref('stg_tapehouse__requests') }}

),

fields as (

    {%- for field in ['open', 'high', 'low', 'close', 'volume'] %}

    select
        *,
        '{{ field }}' as field,
        cast(old_{{ field }} as {{ volume_type() }}) as old_value,
        cast({{ field }} as {{ volume_type() }}) as new_value
    from pairs
    where
        (old_{{ field }} is null) <> ({{ field }} is null)
        or abs({{ field }} - old_{{ field }})
        > {{ 'volume' if field == 'volume' else 'price' }}_tolerance * abs(old_{{ field }})
        + case when price_tolerance > 0 then 0.00000001 else 0 end
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- A split that becomes known later has the row read again, and it moves the bar once more.
told as (

    select
        *,
        cast(new_value - old_value as {{ f8() }})
        / nullif(abs(cast(old_value as {{ f8() }})), 0) as relative_change,
        row_number() over (
            partition by instrument_id, interval, opened_at, file_seq, row_number, field
            order by version_number
        ) as telling
    from fields

),

final as (

    select
        told.instrument_id,
        universe.symbol,
        {%- for column in [
            'interval', 'opened_at', 'session_date', 'provider', 'version_number', 'field',
            'old_value', 'new_value', 'relative_change', 'was_final', 'request_id', 'file_seq',
            'row_number', 'known_seq', 'known_at',
        ] %}
        told.{{ column }},
        {%- endfor %}
        requests.run_id
    from told
    left join universe on told.instrument_id = universe.instrument_id
    left join requests on told.request_id = requests.request_id
    where told.telling = 1

)

select * from final
