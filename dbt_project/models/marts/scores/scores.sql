{{ config(materialized='view', tags=['scores']) }}

with

score_versions as (

    select * from {{ ref('score_versions') }}

),

-- What is asked about a past instant does not stand for what is known now.
ranked as (

    select
        *,
        row_number() over (
            partition by model, instrument_id, date
            order by as_of desc, version_number desc
        ) as age
    from score_versions

),

final as (

    select
        model,
        instrument_id,
        symbol,
        date,
        opened_at,
        score,
        version_number,
        as_of,
        model_sha256,
        scored_at,
        known_seq,
        known_at,
        run_id
    from ranked
    where age = 1

)

select * from final
