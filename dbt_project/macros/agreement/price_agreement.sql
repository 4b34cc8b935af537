{% macro agreement_room(price, asset_class) -%}
    {#- How far another provider's price may lie from this one: relative, or a
        tick of the exchange where that is more, and a twentieth of it for what
        was rounded on another basis; a yield may have been rounded to hundredths. -#}
    greatest(
        {{ var('agreement_price_tolerance') }} * abs({{ price }}),
        case
            when {{ asset_class }} = 'bond' then 0.005
            when {{ asset_class }} not in ('stock', 'etf') then 0
            when abs({{ price }}) >= 1 then 0.0105
            else 0.000105
        end
    )
{%- endmacro %}

{% macro price_within(column, left='other_', right='chosen_', ratio='1', asset_class='asset_class') -%}
    {#- Whether one price times the ratio is the other's, within a tick on either's basis; one
        that is not named disagrees with none. -#}
    coalesce(
                abs({{ left }}{{ column }} - {{ ratio }} * {{ right }}{{ column }}) <= greatest(
                    {{ agreement_room(left ~ column, asset_class) }},
                    {{ ratio }} * {{ agreement_room(right ~ column, asset_class) }}
                ),
                true
            )
{%- endmacro %}

{% macro all_prices_within(ratio, left='other_', right='chosen_', asset_class='asset_class') -%}
    {#- Whether every price that both name is, times the ratio, the other's. -#}
    {%- for column in ['open', 'high', 'low', 'close'] %}
            {{ price_within(column, left, right, ratio, asset_class) }}{{ ' and' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro prices_alike(left, right, asset_class='asset_class') -%}
    {#- Whether two bars have the same prices. A close alone says too little, and so does no bar. -#}
    (
            {{ left }}open is not null and {{ right }}open is not null and
            {{- all_prices_within('1', left, right, asset_class) }}
        )
{%- endmacro %}

{% macro prices_repeated(left, right) -%}
    {#- Whether two bars of one provider have the very same prices; re-reads of one jitter. -#}
    coalesce(
            {%- for column in ['open', 'high', 'low', 'close'] %}
            abs({{ left }}{{ column }} - {{ right }}{{ column }})
            <= {{ var('agreement_repeat_tolerance') }} * abs({{ left }}{{ column }})
            {{- ' and' if not loop.last }}
            {%- endfor %},
            false
        )
{%- endmacro %}

{% macro prices_apart() -%}
    concat_ws(
            ', '
            {%- for column in ['open', 'high', 'low', 'close'] %},
            case when not {{ price_within(column) }} then '{{ column }}' end
            {%- endfor %}
        )
{%- endmacro %}

{% macro worst_price_difference() -%}
    greatest(
        {%- for column in ['open', 'high', 'low', 'close'] %}
            coalesce(
                cast(abs(other_{{ column }} - chosen_{{ column }}) as {{ f8() }})
                / nullif(abs(chosen_{{ column }}), 0), 0
            ){{ ',' if not loop.last }}
        {%- endfor %}
        )
{%- endmacro %}

{% macro same_bar(left, right) -%}
    {{ left }}.instrument_id = {{ right }}.instrument_id
        and {{ left }}.interval = {{ right }}.interval
        and {{ left }}.opened_at = {{ right }}.opened_at
{%- endmacro %}

{% macro volumes_within(left='other_', right='chosen_') -%}
    abs({{ left }}volume - {{ right }}volume)
            <= {{ var('agreement_volume_tolerance') }}
            * greatest({{ left }}volume, {{ right }}volume)
{%- endmacro %}
