with

splits as (

    select * from {{ ref('int_splits_in_force') }}

),

boundaries as (

    select distinct
        instrument_id,
        provider,
        known_seq,
        next_known_seq,
        date '0001-01-01' as from_date,
        cast(null as {{ f8() }}) as ratio
    from splits

    union all

    select
        instrument_id,
        provider,
        known_seq,
        next_known_seq,
        ex_date as from_date,
        ratio
    from splits

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
