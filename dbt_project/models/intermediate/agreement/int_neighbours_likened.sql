{%- set sides = [('other', 'chosen'), ('chosen', 'other')] -%}
{%- set places = ['previous', 'next'] -%}

with

compared as (

    select * from {{ ref('int_providers_compared') }}
    where not prices_agree

),

neighboured as (

    select * from {{ ref('int_disagreeing_bars_neighboured') }}

),

likened as (

    select
        {%- for side, peer in sides %}
        {%- for place in places %}
        {{ prices_alike(
            'compared.' ~ side ~ '_', side ~ '.' ~ place ~ '_', 'compared.asset_class'
        ) }} as {{ side }}_is_like_its_{{ place }},
        {{ prices_alike(
            'compared.' ~ side ~ '_', peer ~ '.' ~ place ~ '_', 'compared.asset_class'
        ) }} as {{ side }}_is_like_{{ peer }}s_{{ place }},
        {{ prices_repeated('compared.' ~ side ~ '_', side ~ '.' ~ place ~ '_') }}
            as {{ side }}_repeats_its_{{ place }},
        {%- endfor %}
        {%- endfor %}
        compared.instrument_id,
        compared.interval,
        compared.opened_at,
        compared.other_provider
    from compared
    inner join neighboured as chosen
        on {{ same_bar('compared', 'chosen') }}
        and compared.chosen_provider = chosen.provider
    inner join neighboured as other
        on {{ same_bar('compared', 'other') }}
        and compared.other_provider = other.provider

),

final as (

    -- A line that stands still is like every neighbour and says nothing.
    select
        instrument_id,
        interval,
        opened_at,
        other_provider,
        {%- for side, peer in sides %}
        {%- for place in places %}
        {{ ' or ' if not (loop.first and side == 'other') }}
        ({{ side }}_is_like_{{ peer }}s_{{ place }} and not {{ side }}_is_like_its_{{ place }})
        {%- endfor %}
        {%- endfor %}
            as is_shifted,
        {%- for side, peer in sides %}
        {%- for place in places %}
        {{ ' or ' if not (loop.first and side == 'other') }}
        ({{ side }}_repeats_its_{{ place }} and not {{ peer }}_is_like_its_{{ place }})
        {%- endfor %}
        {%- endfor %}
            as is_stale
    from likened

)

select * from final
