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
        pairs.*,
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
