with

versions as (

    select * from {{ ref('int_split_versions') }}

),

changes as (

    select distinct
        instrument_id,
        provider,
        known_seq
    from versions

),

epochs as (

    select
        instrument_id,
        provider,
        known_seq,
        lead(known_seq) over (
            partition by instrument_id, provider order by known_seq
        ) as next_known_seq
    from changes

),

in_force as (

    select
        epochs.instrument_id,
        epochs.provider,
        epochs.known_seq,
        epochs.next_known_seq,
        versions.ex_date,
        versions.ratio
    from epochs
    inner join versions
        on epochs.instrument_id = versions.instrument_id
        and epochs.provider = versions.provider
        and epochs.known_seq >= versions.known_seq
        and epochs.known_seq < coalesce(versions.next_known_seq, epochs.known_seq + 1)

)

select * from in_force
