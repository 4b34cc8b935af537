with

source as (

    select * from {{ source('raw', 'personal_universe') }}

),

ranked as (

    select
        *,
        max(file_seq) over () as newest_file_seq
    from source

),

newest as (

    select
        file_seq,
        row_number,
        instrument_id,
        symbol,
        name,
        asset_class,
        calendar,
        currency,
        groups,
        listed_on,
        delisted_on,
        yahoo_symbol,
        binance_symbol,
        massive_symbol,
        fmp_symbol,
        alpha_vantage_symbol,
        known_at
    from ranked
    where file_seq = newest_file_seq

)

select * from newest
