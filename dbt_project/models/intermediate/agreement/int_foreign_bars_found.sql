with

compared as (

    select * from {{ ref('int_providers_compared') }}
    where prices_apart like '%,%'

),

versions as (

    select
        *,
        {{ price_bucket('close') }} as bucket
    from {{ ref('bar_versions') }}

),

sides as (

    {%- for side in ['other', 'chosen'] %}
    select
        instrument_id,
        interval,
        opened_at,
        other_provider,
        {%- for column in ['open', 'high', 'low', 'close', 'volume'] %}
        {{ side }}_{{ column }} as {{ column }},
        {%- endfor %}
        asset_class
    from compared
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- So that a bar is held against those of its price, not against every instrument's.
near as (

    {%- for step in [-1, 0, 1] %}
    select
        *,
        {{ price_bucket('close') }} + {{ step }} as bucket
    from sides
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select distinct
        near.instrument_id,
        near.interval,
        near.opened_at,
        near.other_provider
    from near
    inner join versions
        on near.interval = versions.interval
        and near.opened_at = versions.opened_at
        and near.bucket = versions.bucket
        and near.instrument_id <> versions.instrument_id
    where
        {{ prices_alike('near.', 'versions.', 'near.asset_class') }}
        and {{ volumes_within('near.', 'versions.') }}

)

select * from final
