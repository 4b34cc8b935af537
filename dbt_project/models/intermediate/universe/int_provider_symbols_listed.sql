with

universe as (

    select * from {{ ref('int_universe_combined') }}

),

listed as (

    {%- for provider in ['yahoo', 'binance', 'massive', 'fmp', 'alpha_vantage'] %}

    select
        '{{ provider }}' as provider,
        {{ provider }}_symbol as provider_symbol,
        instrument_id,
        symbol,
        calendar,
        currency,
        asset_class
    from universe
    where {{ provider }}_symbol is not null

    union all
    {%- endfor %}

    select
        'file_drop' as provider,
        symbol as provider_symbol,
        instrument_id,
        symbol,
        calendar,
        currency,
        asset_class
    from universe

),

ranked as (

    select
        *,
        row_number() over (
            partition by provider, provider_symbol order by instrument_id
        ) as listing_rank
    from listed

),

final as (

    select
        provider,
        provider_symbol,
        instrument_id,
        symbol,
        calendar,
        currency,
        asset_class,
        date '0001-01-01' as valid_from,
        date '9999-12-31' as valid_to
    from ranked
    where listing_rank = 1

)

select * from final
