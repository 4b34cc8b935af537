with

dated as (

    select * from {{ ref('int_dividends_dated') }}

),

split_rereads as (

    select * from {{ ref('int_split_rereads') }}

),

split_factors as (

    select * from {{ ref('int_split_factors_cumulated') }}

),

readings as (

    select
        dated.instrument_id,
        dated.provider,
        dated.ex_date,
        dated.observed_date,
        dated.amount,
        dated.currency,
        dated.minor_units,
        dated.file_seq,
        dated.row_number,
        dated.request_id,
        coalesce(split_rereads.known_seq, dated.group_seq) as known_seq,
        coalesce(split_rereads.known_at, dated.accepted_at) as known_at,
        split_rereads.known_seq is not null as is_reread
    from dated
    left join split_rereads
        on {{ reread_by_a_split('split_rereads', 'dated', 'dated.ex_date') }}

),

as_paid as (

    select
        readings.instrument_id,
        readings.provider,
        readings.ex_date,
        {{ round_significant(
            'readings.amount * coalesce(at_ex_date.later_ratio, 1)'
            ~ ' / coalesce(at_observation.later_ratio, 1) / readings.minor_units', 7
        ) }} as amount,
        readings.currency,
        readings.known_seq,
        readings.known_at,
        readings.is_reread,
        readings.file_seq,
        readings.row_number,
        readings.request_id,
        coalesce(at_ex_date.later_ratio, 1) / coalesce(at_observation.later_ratio, 1)
            as split_ratio,
        case
            when at_observation.from_date > readings.ex_date
                then at_observation.started_by_ratio
        end as newest_split_ratio
    from readings
    left join split_factors as at_ex_date
        on {{ known_in_range('at_ex_date', 'readings', 'readings.ex_date') }}
    left join split_factors as at_observation
        on {{ known_in_range('at_observation', 'readings', 'readings.observed_date') }}

)

select * from as_paid
