with

requests as (

    select * from {{ ref('stg_tapehouse__requests') }}

),

-- What closes while a run fetches is the next run's to ask for.
final as (

    select
        run_id,
        min(requested_at) as horizon_at
    from requests
    where run_id = (select max(newest.run_id) from requests as newest)
    group by run_id

)

select * from final
