with

dated as (

    select * from {{ ref('int_splits_dated') }}

),

compared as (

    select
        *,
        lag(ratio) over (
            partition by instrument_id, provider, ex_date
            order by known_seq, file_seq, row_number
        ) as previous_ratio
    from dated

),

numbered as (

    select
        *,
        cast(row_number() over version as integer) as version_number,
        lead(known_seq) over version as next_known_seq
    from compared
    where previous_ratio is null or ratio <> previous_ratio
    window version as (
        partition by instrument_id, provider, ex_date
        order by known_seq, file_seq, row_number
    )

),

final as (

    select
        instrument_id,
        provider,
        ex_date,
        version_number,
        ratio,
        known_seq,
        next_known_seq,
        known_at,
        file_seq,
        row_number,
        request_id
    from numbered

)

select * from final
