{{ config(materialized='table', tags=['agreement']) }}

with

ranked as (

    select * from {{ ref('int_providers_ranked') }}
    where providers > 1

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

paired as (

    select
        versions.instrument_id,
        versions.interval,
        versions.opened_at,
        versions.session_date,
        versions.providers,
        chosen.provider as chosen_provider,
        versions.provider as other_provider,
        universe.asset_class,
        {%- for column in ['open', 'high', 'low', 'close', 'volume'] %}
        chosen.{{ column }} as chosen_{{ column }},
        versions.{{ column }} as other_{{ column }},
        {%- endfor %}
        -- Null where a price is missing: a close alone shows no ratio.
        cast(versions.open + versions.high + versions.low + versions.close as {{ f8() }})
        / nullif(chosen.open + chosen.high + chosen.low + chosen.close, 0) as ratio,
        cast(versions.volume as {{ f8() }}) / nullif(chosen.volume, 0) as volume_ratio
    from ranked as versions
    inner join ranked as chosen on {{ same_bar('versions', 'chosen') }}
    inner join universe on versions.instrument_id = universe.instrument_id
    where versions.place > 1 and chosen.place = 1

),

measured as (

    select
        *,
        {{ all_prices_within('1') }} as prices_agree,
        coalesce(
            ratio > 0
            and abs(ratio - 1) * abs(chosen_close)
            > {{ agreement_room('chosen_close', 'asset_class') }}
            and {{ all_prices_within('ratio') }},
            false
        ) as one_ratio,
        coalesce({{ inverted_prices() }}, false) as is_inverted,
        {{ prices_apart() }} as prices_apart,
        {{ worst_price_difference() }} as price_difference,
        case
            when chosen_volume = other_volume then 0
            else
                cast(abs(other_volume - chosen_volume) as {{ f8() }})
                / greatest(other_volume, chosen_volume)
        end as volume_difference
    from paired

),

final as (

    select
        *,
        coalesce({{ volumes_within() }}, true) as volumes_agree
    from measured

)

select * from final
