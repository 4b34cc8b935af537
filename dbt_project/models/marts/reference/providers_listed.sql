{{ config(alias='providers', tags=['reference']) }}

with

providers as (

    select * from {{ ref('providers') }}

),

final as (

    select
        provider,
        name,
        priority,
        price_basis,
        symbol_basis,
        price_digits,
        price_tolerance,
        volume_tolerance,
        settled_volume_tolerance,
        settle_minutes_daily,
        settle_minutes_intraday,
        needs_key,
        documentation,
        known_at
    from providers

)

select * from final
