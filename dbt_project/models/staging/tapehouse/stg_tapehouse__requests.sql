with

source as (

    select * from {{ source('raw', 'requests') }}

),

renamed as (

    select
        file_seq,
        row_number,
        request_id,
        run_id,
        provider,
        endpoint,
        work_unit,
        instrument_id,
        symbol as provider_symbol,
        interval,
        reason,
        window_start,
        window_end,
        url,
        attempt,
        requested_at,
        duration_ms,
        status,
        outcome,
        detail,
        row_count,
        byte_count
    from source

)

select * from renamed
