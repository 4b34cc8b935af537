with

compared as (

    select * from {{ ref('int_providers_compared') }}
    where not prices_agree and not one_ratio

),

versions as (

    select * from {{ ref('bar_versions') }}

),

final as (

    select distinct
        compared.instrument_id,
        compared.interval,
        compared.opened_at,
        compared.other_provider
    from compared
    inner join versions
        on compared.interval = versions.interval
        and compared.opened_at = versions.opened_at
        and compared.instrument_id <> versions.instrument_id
    where
        (
            {{ prices_alike('compared.other_', 'versions.', 'compared.asset_class') }}
            and {{ volumes_within('compared.other_', 'versions.') }}
        )
        or (
            {{ prices_alike('compared.chosen_', 'versions.', 'compared.asset_class') }}
            and {{ volumes_within('compared.chosen_', 'versions.') }}
        )

)

select * from final
