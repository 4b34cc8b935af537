with

dividends as (

    select * from {{ ref('stg_massive__dividends') }}

),

-- A page read twice gives the same dividend twice.
told_once as (

    select
        file_seq,
        provider,
        provider_symbol,
        ex_date,
        exchange_timezone,
        currency,
        min(row_number) as row_number,
        min(request_id) as request_id,
        min(amount) as amount
    from dividends
    group by
        file_seq, provider, provider_symbol, ex_date, exchange_timezone, currency,
        coalesce(dividend_id, dividend_type || ' ' || cast(amount as {{ text_type() }}))

),

-- A regular and a special dividend may fall on one day, where others tell their sum.
summed as (

    select
        file_seq,
        provider,
        provider_symbol,
        ex_date,
        exchange_timezone,
        currency,
        min(row_number) as row_number,
        min(request_id) as request_id,
        sum(amount) as amount
    from told_once
    group by file_seq, provider, provider_symbol, ex_date, exchange_timezone, currency

)

select * from summed
