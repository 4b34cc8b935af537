with

versions as (

    select * from {{ ref('int_split_versions') }}

),

changes as (

    select
        instrument_id,
        provider,
        known_seq,
        max(known_at) as known_at,
        min(ex_date) as first_ex_date,
        max(ex_date) as last_ex_date
    from versions
    group by instrument_id, provider, known_seq

),

first_readings as (

    select distinct
        instrument_id,
        provider,
        cast(null as bigint) as known_seq,
        cast(null as timestamp) as known_at,
        cast(null as date) as first_ex_date,
        cast(null as date) as last_ex_date
    from versions

)

select * from first_readings

union all

select * from changes
