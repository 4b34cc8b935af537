{{ config(materialized='table', tags=['quality']) }}

{%- set rules = [
    'price_relations', 'not_finite_or_not_positive', 'off_grid', 'future_bar', 'duplicate_bar',
    'unknown_symbol', 'outside_session', 'out_of_range', 'null_bar', 'rejected_row',
    'basis_conflict', 'price_spike', 'level_shift', 'unexplained_split', 'unit_switch',
    'wick_spike', 'stale_bar', 'volume_spike', 'volume_zero', 'foreign_bar', 'interval_mismatch',
    'currency_changed', 'adjusted_close_disagrees', 'final_bar_restated', 'restatement_storm',
    'missing_bar', 'sources_disagree', 'dividend_implausible', 'stale_instrument',
    'calendar_contradicted',
] %}

with

findings as (

    {%- for rule in rules %}

    select * from {{ ref('quality_' ~ rule) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from findings
