{{ config(materialized='view', tags=['quality']) }}

{%- set rules = [
    'price_relations', 'not_finite_or_not_positive', 'off_grid', 'future_bar',
    'duplicate_bar', 'unknown_symbol', 'outside_session', 'out_of_range',
] %}

with

findings as (

    {%- for rule in rules %}

    select * from {{ ref('quality_' ~ rule) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select
        rule,
        severity,
        table_name,
        key,
        detail,
        file_seq,
        row_number,
        request_id,
        run_id
    from findings

)

select * from final
