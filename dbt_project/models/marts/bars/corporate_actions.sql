{{ config(tags=['bars']) }}

with

splits as (

    select * from {{ ref('int_splits_known') }}

),

dividends as (

    select * from {{ ref('int_dividends_known') }}

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

actions as (

    select
        instrument_id,
        'split' as action,
        ex_date,
        provider,
        ratio as value,
        cast(null as varchar) as currency,
        file_seq
    from splits

    union all

    select
        instrument_id,
        'dividend' as action,
        ex_date,
        provider,
        amount as value,
        currency,
        file_seq
    from dividends

),

final as (

    select
        actions.instrument_id,
        actions.action,
        actions.ex_date,
        actions.provider,
        actions.value,
        actions.currency,
        landing_files.accepted_at as known_at,
        actions.file_seq
    from actions
    left join landing_files on actions.file_seq = landing_files.file_seq

)

select * from final
