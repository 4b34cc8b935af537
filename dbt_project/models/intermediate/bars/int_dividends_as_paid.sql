with

dated as (

    select * from {{ ref('int_dividends_dated') }}

),

split_factors as (

    select * from {{ ref('int_split_factors_cumulated') }}

),

as_paid as (

    select
        dated.instrument_id,
        dated.provider,
        dated.ex_date,
        {{ round_significant(
            'dated.amount * coalesce(at_ex_date.later_ratio, 1)'
            ~ ' / coalesce(at_observation.later_ratio, 1) / dated.minor_units', 7
        ) }} as amount,
        dated.currency,
        dated.file_seq,
        dated.row_number
    from dated
    left join split_factors as at_ex_date
        on dated.instrument_id = at_ex_date.instrument_id
        and dated.provider = at_ex_date.provider
        and dated.ex_date >= at_ex_date.from_date
        and dated.ex_date < at_ex_date.to_date
    left join split_factors as at_observation
        on dated.instrument_id = at_observation.instrument_id
        and dated.provider = at_observation.provider
        and dated.observed_date >= at_observation.from_date
        and dated.observed_date < at_observation.to_date

)

select * from as_paid
