with

source as (

    select * from {{ source('raw', 'massive_trades') }}

),

renamed as (

    select
        file_seq,
        row_number,
        'massive' as provider,
        request_id,
        symbol as provider_symbol,
        trade_id,
        exchange_id,
        trf_id,
        tape,
        price,
        size,
        conditions,
        correction,
        sequence_number,
        sip_timestamp_ns,
        participant_timestamp_ns,
        trf_timestamp_ns,
        {{ from_microseconds(whole_division('sip_timestamp_ns', '1000')) }} as traded_at
    from source

)

select * from renamed
