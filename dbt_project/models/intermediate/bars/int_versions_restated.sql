with

versions as (

    select * from {{ ref('bar_versions') }}

),

providers as (

    select * from {{ ref('providers') }}

),

pairs as (

    select
        versions.*,
        {%- for field in ['open', 'high', 'low', 'close'] %}
        earlier.{{ field }} as old_{{ field }},
        {%- endfor %}
        coalesce(earlier.settled_volume, earlier.volume) as old_volume,
        earlier.final_known_at is not null as was_final,
        providers.price_tolerance,
        case
            when earlier.final_known_at is null then providers.volume_tolerance
            else providers.settled_volume_tolerance
        end as volume_tolerance
    from versions
    inner join providers on versions.provider = providers.provider
    inner join versions as earlier
        on versions.instrument_id = earlier.instrument_id
        and versions.interval = earlier.interval
        and versions.opened_at = earlier.opened_at
        and versions.provider = earlier.provider
        and versions.version_number = earlier.version_number + 1
    where versions.cause = 'restated'

)

select * from pairs
