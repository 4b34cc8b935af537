with

received as (

    {{ received_quotes(ref('stg_yahoo__quotes'), {
        'quoted_at': 'quoted_at', 'bid': 'bid', 'ask': 'ask',
        'bid_size': 'bid_size', 'ask_size': 'ask_size',
        'price': 'price', 'previous_close': 'previous_close',
        'day_high': 'day_high', 'day_low': 'day_low', 'volume': 'volume',
        'market_cap': 'market_cap', 'trailing_pe': 'trailing_pe',
        'currency': whole_currency('currency'), 'minor_units': minor_units('currency'),
        'market_state': 'market_state',
    }) }}

    union all

    {{ received_quotes(ref('stg_binance__book_tickers'), {
        'quoted_at': 'observed_at', 'bid': 'bid_price', 'ask': 'ask_price',
        'bid_size': 'bid_quantity', 'ask_size': 'ask_quantity',
    }) }}

    union all

    {{ received_quotes(ref('stg_fmp__quotes'), {
        'quoted_at': 'quoted_at', 'price': 'price', 'previous_close': 'previous_close',
        'day_high': 'day_high', 'day_low': 'day_low', 'volume': 'volume',
        'market_cap': 'market_cap',
    }) }}

    union all

    -- A day without an hour: no later than its end, nor than when it was read.
    {{ received_quotes(ref('stg_alpha_vantage__quotes'), {
        'quoted_at': 'least(observed_at, cast(trading_date + 1 as timestamp))',
        'price': 'price', 'previous_close': 'previous_close',
        'day_high': 'high', 'day_low': 'low', 'volume': 'volume',
    }) }}

)

select * from received
