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

final as (

    {{ with_derived_bars('own', 'resampled', columns) }}

)

select * from final
