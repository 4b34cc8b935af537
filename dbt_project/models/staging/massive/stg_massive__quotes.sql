with

source as (

    select * from {{ source('raw', 'massive_quotes') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'massive' as provider,
        request_id,
        symbol as provider_symbol,
        bid_exchange_id,
        ask_exchange_id,
        conditions,
        indicators,
        tape,
        sequence_number,
        sip_timestamp_ns,
        participant_timestamp_ns,
        trf_timestamp_ns,
        nullif(bid_price, 0) as bid_price,
        case when bid_price <> 0 then bid_size end as bid_round_lots,
        nullif(ask_price, 0) as ask_price,
        case when ask_price <> 0 then ask_size end as ask_round_lots,
        {{ from_microseconds(whole_division('sip_timestamp_ns', '1000')) }} as quoted_at
    from source

)

select * from renamed
