with

yahoo_quotes as (

    select * from {{ ref('stg_yahoo__quotes') }}

),

book_tickers as (

    select * from {{ ref('stg_binance__book_tickers') }}

),

day_quotes as (

    select * from {{ ref('stg_alpha_vantage__quotes') }}

),

received as (

    select
        file_seq,
        row_number,
        request_id,
        provider,
        provider_symbol,
        quoted_at,
        observed_at,
        bid,
        ask,
        cast(bid_size as {{ f8() }}) as bid_size,
        cast(ask_size as {{ f8() }}) as ask_size,
        price,
        previous_close,
        day_high,
        day_low,
        volume,
        market_cap,
        trailing_pe,
        {{ whole_currency('currency') }} as currency,
        {{ minor_units('currency') }} as minor_units,
        market_state
    from yahoo_quotes

    union all

    select
        file_seq,
        row_number,
        request_id,
        provider,
        provider_symbol,
        observed_at as quoted_at,
        observed_at,
        cast(bid_price as {{ f8() }}) as bid,
        cast(ask_price as {{ f8() }}) as ask,
        cast(bid_quantity as {{ f8() }}) as bid_size,
        cast(ask_quantity as {{ f8() }}) as ask_size,
        cast(null as {{ f8() }}) as price,
        cast(null as {{ f8() }}) as previous_close,
        cast(null as {{ f8() }}) as day_high,
        cast(null as {{ f8() }}) as day_low,
        cast(null as bigint) as volume,
        cast(null as bigint) as market_cap,
        cast(null as {{ f8() }}) as trailing_pe,
        cast(null as {{ text_type() }}) as currency,
        1 as minor_units,
        cast(null as {{ text_type() }}) as market_state
    from book_tickers

    union all

    select
        file_seq,
        row_number,
        request_id,
        provider,
        provider_symbol,
        least(observed_at, cast(trading_date + 1 as timestamp)) as quoted_at,
        observed_at,
        cast(null as {{ f8() }}) as bid,
        cast(null as {{ f8() }}) as ask,
        cast(null as {{ f8() }}) as bid_size,
        cast(null as {{ f8() }}) as ask_size,
        cast(price as {{ f8() }}) as price,
        cast(previous_close as {{ f8() }}) as previous_close,
        cast(high as {{ f8() }}) as day_high,
        cast(low as {{ f8() }}) as day_low,
        volume,
        cast(null as bigint) as market_cap,
        cast(null as {{ f8() }}) as trailing_pe,
        cast(null as {{ text_type() }}) as currency,
        1 as minor_units,
        cast(null as {{ text_type() }}) as market_state
    from day_quotes

)

select * from received
