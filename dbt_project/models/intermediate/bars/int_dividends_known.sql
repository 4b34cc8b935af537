with

observed as (

    select * from {{ ref('int_dividends_as_paid') }}

),

compared as (

    select
        *,
        lag(amount) over (
            partition by instrument_id, provider, ex_date
            order by file_seq, row_number
        ) as previous_amount
    from observed

),

ranked as (

    select
        *,
        row_number() over (
            partition by instrument_id, provider, ex_date
            order by file_seq desc, row_number desc
        ) as change_rank
    from compared
    where
        previous_amount is null
        or abs(amount - previous_amount) > 0.000001 * previous_amount

),

final as (

    select
        instrument_id,
        provider,
        ex_date,
        amount,
        currency,
        file_seq
    from ranked
    where change_rank = 1

)

select * from final
