{{ config(alias='symbol_history', tags=['reference']) }}

with

symbols as (

    select * from {{ ref('int_provider_symbols_listed') }}

),

final as (

    select
        instrument_id,
        provider,
        provider_symbol as symbol,
        valid_from,
        valid_to,
        known_at
    from symbols

)

select * from final
