with

compared as (

    select * from {{ ref('int_providers_compared') }}
    where providers > 2

),

disputed as (

    select
        instrument_id,
        interval,
        opened_at,
        min(case when prices_agree then 1 else 0 end) = 1 as prices_agree
    from compared
    group by instrument_id, interval, opened_at
    having min(case when prices_agree and volumes_agree then 1 else 0 end) = 0

),

-- The chosen provider beside each other one, and those among themselves.
pairs as (

    select
        compared.instrument_id,
        compared.interval,
        compared.opened_at,
        compared.providers,
        compared.chosen_provider as provider,
        compared.other_provider as peer,
        compared.prices_agree and (not disputed.prices_agree or compared.volumes_agree)
            as is_backed
    from compared
    inner join disputed on {{ same_bar('compared', 'disputed') }}

    union all

    select
        compared.instrument_id,
        compared.interval,
        compared.opened_at,
        compared.providers,
        compared.other_provider as provider,
        peers.other_provider as peer,
        {{ all_prices_within('1', 'compared.other_', 'peers.other_', 'compared.asset_class') }}
        and (
            not disputed.prices_agree
            or coalesce({{ volumes_within('compared.other_', 'peers.other_') }}, true)
        ) as is_backed
    from compared
    inner join disputed on {{ same_bar('compared', 'disputed') }}
    inner join compared as peers
        on {{ same_bar('compared', 'peers') }}
        and compared.other_provider < peers.other_provider

),

{{ outvoted_providers('pairs') }}

select * from outvoted
