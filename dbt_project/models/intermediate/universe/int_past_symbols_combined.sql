with

shipped as (

    select * from {{ ref('symbol_history') }}

),

snapshots as (

    select * from {{ ref('stg_tapehouse__personal_symbol_history_snapshots') }}

),

combined as (

    select {{ symbol_history_columns() }}
    from shipped

    union all

    select {{ symbol_history_columns() }}
    from snapshots
    where file_seq = (select max(latest.file_seq) from snapshots as latest)

)

select * from combined
