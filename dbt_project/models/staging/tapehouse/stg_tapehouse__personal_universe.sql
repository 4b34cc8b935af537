with

snapshots as (

    select * from {{ ref('stg_tapehouse__personal_universe_snapshots') }}

),

newest as (

    select * from snapshots
    where file_seq = (select max(latest.file_seq) from snapshots as latest)

)

select * from newest
