{% macro minor_units(currency) -%}
    case when {{ currency }} in ('GBp', 'ZAc', 'ILA') then 100 else 1 end
{%- endmacro %}

{% macro whole_currency(currency) -%}
    case {{ currency }}
        when 'GBp' then 'GBP'
        when 'ZAc' then 'ZAR'
        when 'ILA' then 'ILS'
        else {{ currency }}
    end
{%- endmacro %}

{% macro quoted_price(column) -%}
    {{ safe_cast_to(
        round_significant(column ~ ' / minor_units', 15), price_type()
    ) }}
{%- endmacro %}
