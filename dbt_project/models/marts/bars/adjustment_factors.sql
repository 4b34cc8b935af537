{{ config(tags=['bars']) }}

with

adjustments as (

    select * from {{ ref('int_adjustments_by_ex_date') }}

),

cumulated as (

    select
        instrument_id,
        coalesce(
            lag(ex_date) over (partition by instrument_id order by ex_date),
            date '0001-01-01'
        ) as from_date,
        ex_date as to_date,
        {{ product_of('split_ratio') }} over later_actions as split_factor,
        {{ product_of('dividend_ratio') }} over later_actions as dividend_factor,
        file_seq
    from adjustments
    window later_actions as (
        partition by instrument_id order by ex_date desc
        rows between unbounded preceding and current row
    )

),

final as (

    select
        instrument_id,
        from_date,
        to_date,
        {{ round_significant('split_factor', 12) }} as split_factor,
        {{ round_significant('dividend_factor', 12) }} as dividend_factor,
        file_seq
    from cumulated

    union all

    select
        instrument_id,
        max(ex_date) as from_date,
        date '9999-12-31' as to_date,
        1 as split_factor,
        1 as dividend_factor,
        cast(0 as bigint) as file_seq
    from adjustments
    group by instrument_id

)

select * from final
