with

splits as (

    select * from {{ ref('int_actions_chosen') }}
    where action = 'split'

),

shares as (

    select * from {{ ref('int_dividend_shares') }}

),

adjustments as (

    select
        coalesce(splits.instrument_id, shares.instrument_id) as instrument_id,
        coalesce(splits.ex_date, shares.ex_date) as ex_date,
        coalesce(splits.value, 1) as split_ratio,
        case
            when shares.dividend_share < 1 then 1 - shares.dividend_share
            else 1
        end as dividend_ratio,
        greatest(coalesce(splits.file_seq, 0), coalesce(shares.file_seq, 0)) as file_seq
    from splits
    full outer join shares
        on splits.instrument_id = shares.instrument_id
        and splits.ex_date = shares.ex_date

)

select * from adjustments
