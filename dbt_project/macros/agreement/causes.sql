{% macro cause_of_volumes() -%}
    {#- Why volumes differ where prices do not. -#}
    case
                when compared.chosen_volume = 0 or compared.other_volume = 0 then 'zero_volume'
                when ratios.is_split then 'split'
                when
                    {%- for unit in [100, 1000, 1000000] %}
                    {{ near_ratio('compared.volume_ratio', unit, var('agreement_volume_tolerance')) }}
                    {{- ' or ' if not loop.last }}
                    {%- endfor %}
                    then 'volume_units'
                else 'counting'
            end
{%- endmacro %}

{% macro cause_of_ratio() -%}
    {#- Why one ratio lies between all prices. Shares that make up for the price tell of a
        split that nobody lists. -#}
    case
                when ratios.is_split then 'split'
                when ratios.is_both then 'split_and_dividend'
                when ratios.is_dividend then 'dividend'
                when
                    compared.is_far
                    and abs(compared.ratio * compared.volume_ratio - 1)
                    <= {{ var('agreement_volume_tolerance') }}
                    then 'split'
                when {{ near_ratio('compared.ratio', 100, var('agreement_ratio_tolerance')) }}
                    then 'hundredth'
                else 'other_ratio'
            end
{%- endmacro %}

{% macro open_and_close_swapped() -%}
    {%- set pairs = [('open', 'close'), ('close', 'open'), ('high', 'high'), ('low', 'low')] -%}
    {%- for theirs, mine in pairs %}
                abs(compared.other_{{ theirs }} - compared.chosen_{{ mine }})
                <= {{ agreement_room('compared.other_' ~ theirs, 'compared.asset_class') }}
                {{- ' and' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
