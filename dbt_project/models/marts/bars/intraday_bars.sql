{{ config(materialized='view', tags=['bars']) }}

{%- set columns = ['instrument_id', 'symbol', 'interval'] + bar_columns() %}

with

own as (

    select * from {{ ref('int_intraday_bars_chosen') }}

),

resampled as (

    select * from {{ ref('int_bars_resampled') }}
    where interval <> '1d'

),

derived as (

    {{ derived_bars('resampled', 'own', columns) }}

),

final as (

    select
        {{ columns | join(',\n        ') }}
    from own

    union all

    select
        {{ columns | join(',\n        ') }}
    from derived

)

select * from final
