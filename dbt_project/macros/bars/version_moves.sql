{% macro price_has_moved(held, next) -%}
    {#- Decimal arithmetic throughout, so that a move of exactly the tolerance
        is not decided by a rounding of doubles. -#}
    coalesce(
        {%- for column in ['open', 'high', 'low', 'close'] %}
        ({{ held }}{{ column }} is null) <> ({{ next }}{{ column }} is null)
        or coalesce(
            abs({{ next }}{{ column }} - {{ held }}{{ column }})
            > price_tolerance * abs({{ held }}{{ column }})
            + case when price_tolerance > 0 then 0.00000001 else 0 end,
            false
        ){{ ' or' if not loop.last }}
        {%- endfor %}
    , false)
{%- endmacro %}

{% macro volume_has_moved(held, next) -%}
    {#- Once a bar has settled its volume is held to the settled figure and to
        the tighter tolerance. A volume brought back over a split was rounded. -#}
    {%- set settled = '(' ~ next ~ 'is_settled and settled_volume is not null)' -%}
    ({{ held }}volume is null) <> ({{ next }}volume is null)
    or coalesce(
        abs(
            {{ next }}volume
            - case when {{ settled }} then settled_volume else {{ held }}volume end
        )
        > case
            when {{ settled }} then settled_volume_tolerance * abs(settled_volume)
            else volume_tolerance * abs({{ held }}volume)
        end
        + case
            when {{ next }}split_ratio = 1 then 0
            else {{ safe_cast_to('1 + ceil(1 / ' ~ next ~ 'split_ratio)', volume_type()) }}
        end,
        false
    )
{%- endmacro %}

{% macro prices_share_ratio(held, next) -%}
    {#- Whether every price that both have moved by nearly the same ratio; a
        correction of one of them may come with the new basis. -#}
    {%- for column in ['open', 'high', 'low'] -%}
    coalesce(
        cast({{ next }}{{ column }} as {{ f8() }}) * cast({{ held }}close as {{ f8() }})
        / nullif(
            cast({{ held }}{{ column }} as {{ f8() }}) * cast({{ next }}close as {{ f8() }}), 0
        ) between 0.85 and 1.15,
        true
    ){{ '\n            and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
