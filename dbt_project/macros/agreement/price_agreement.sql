{% macro agreement_room(price, asset_class) -%}
    {#- How far another provider's price may lie from this one: relative, or a
        tick of the exchange where that is more; a yield may
        have been rounded to hundredths. -#}
    greatest(
        {{ var('agreement_price_tolerance') }} * abs({{ price }}),
        case
            when {{ asset_class }} = 'bond' then 0.005
            when {{ asset_class }} not in ('stock', 'etf') then 0
            when abs({{ price }}) >= 1 then 0.01
            else 0.0001
        end
    )
{%- endmacro %}

{% macro all_prices_within(ratio) -%}
    {#- Whether every price that both name is, times the ratio, the other's. -#}
    {%- for column in ['open', 'high', 'low', 'close'] %}
            coalesce(
                abs(other_{{ column }} - {{ ratio }} * chosen_{{ column }})
                <= {{ agreement_room('other_' ~ column, 'asset_class') }},
                true
            ){{ ' and' if not loop.last }}
    {%- endfor %}
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
