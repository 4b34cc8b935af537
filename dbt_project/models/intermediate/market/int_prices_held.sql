with

daily_bars as (

    select * from {{ ref('daily_bars') }}

),

intraday_bars as (

    select * from {{ ref('int_intraday_bars_chosen') }}

),

quotes as (

    select * from {{ ref('quotes') }}

),

prices as (

    select
        instrument_id,
        closed_at as priced_at,
        close as price,
        '1d bar' as origin,
        provider,
        last_file_seq
    from daily_bars
    where not is_partial

    union all

    select
        instrument_id,
        closed_at as priced_at,
        close as price,
        interval || ' bar' as origin,
        provider,
        last_file_seq
    from intraday_bars
    where not is_partial

    union all

    select
        instrument_id,
        quoted_at as priced_at,
        {{ safe_cast_to('coalesce(price, (bid + ask) / 2)', price_type()) }} as price,
        'quote' as origin,
        provider,
        file_seq as last_file_seq
    from quotes
    where coalesce(price, bid + ask) > 0 and quoted_at is not null

)

select * from prices
