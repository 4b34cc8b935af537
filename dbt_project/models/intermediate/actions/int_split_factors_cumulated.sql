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

boundaries as (

    select
        instrument_id,
        provider,
        known_seq,
        next_known_seq,
        date '0001-01-01' as from_date,
        cast(null as {{ f8() }}) as ratio
    from epochs

    union all

    select
        epochs.instrument_id,
        epochs.provider,
        epochs.known_seq,
        epochs.next_known_seq,
        versions.ex_date as from_date,
        versions.ratio
    from epochs
    inner join versions
        on epochs.instrument_id = versions.instrument_id
        and epochs.provider = versions.provider
        and epochs.known_seq >= versions.known_seq
        and epochs.known_seq < coalesce(versions.next_known_seq, epochs.known_seq + 1)

),

cumulated as (

    select
        instrument_id,
        provider,
        known_seq,
        coalesce(next_known_seq, {{ max_bigint() }}) as next_known_seq,
        from_date,
        lead(from_date, 1, date '9999-12-31') over (
            partition by instrument_id, provider, known_seq order by from_date
        ) as to_date,
        ratio as started_by_ratio,
        coalesce({{ round_significant(product_of('ratio') ~ ' over (
            partition by instrument_id, provider, known_seq order by from_date desc
            rows between unbounded preceding and 1 preceding
        )', 15) }}, 1) as later_ratio
    from boundaries

)

select * from cumulated
