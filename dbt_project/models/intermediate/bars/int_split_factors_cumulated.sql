with

splits as (

    select * from {{ ref('int_splits_known') }}

),

cumulated as (

    select
        instrument_id,
        provider,
        coalesce(
            lag(ex_date) over (
                partition by instrument_id, provider order by ex_date
            ),
            date '0001-01-01'
        ) as from_date,
        ex_date as to_date,
        {{ round_significant(product_of('ratio') ~ ' over (
            partition by instrument_id, provider order by ex_date desc
            rows between unbounded preceding and current row
        )', 15) }} as later_ratio
    from splits

)

select * from cumulated
