{{ config(tags=['bars']) }}

with

splits as (

    select * from {{ ref('int_split_versions') }}

),

dividends as (

    select * from {{ ref('int_dividend_versions') }}

),

final as (

    select
        instrument_id,
        'split' as action,
        ex_date,
        provider,
        version_number,
        ratio as value,
        cast(null as {{ text_type() }}) as currency,
        known_at,
        known_seq,
        request_id,
        file_seq,
        row_number
    from splits

    union all

    select
        instrument_id,
        'dividend' as action,
        ex_date,
        provider,
        version_number,
        amount as value,
        currency,
        known_at,
        known_seq,
        request_id,
        file_seq,
        row_number
    from dividends

)

select * from final
