{% macro near_ratio(ratio, expected, tolerance) -%}
    {#- Whether a ratio is the expected one or its inverse. -#}
    (
            abs({{ ratio }} - {{ expected }}) <= {{ tolerance }} * {{ expected }}
            or abs({{ ratio }} * {{ expected }} - 1) <= {{ tolerance }}
        )
{%- endmacro %}

{% macro ratio_tolerance() -%}
    {#- How far a ratio of four prices each may lie from the one that explains it: cheap stocks
        move by ticks that are large beside them. -#}
    {%- set cheaper = 'least(abs(chosen_close), abs(other_close))' -%}
    greatest(
            {{ var('agreement_price_tolerance') }},
            coalesce({{ agreement_room(cheaper, 'asset_class') }} / (2 * nullif({{ cheaper }}, 0)), 0)
        )
{%- endmacro %}

{% macro inverted_prices() -%}
    {#- Whether the other one quotes the pair the other way round: its low is one over the high. -#}
    {%- for mine, theirs in [('open', 'open'), ('high', 'low'), ('low', 'high'), ('close', 'close')] %}
            abs(cast(other_{{ theirs }} as {{ f8() }}) * chosen_{{ mine }} - 1)
            <= 2 * {{ var('agreement_price_tolerance') }}{{ ' and' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro price_bucket(price) -%}
    {#- Prices within tolerance lie in one bucket or in two beside each other. -#}
    case when {{ price }} > 0 then floor(100 * ln(cast({{ price }} as {{ f8() }}))) end
{%- endmacro %}
