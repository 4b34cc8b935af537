{% macro block_length(averages) -%}
    {#- The longest block in which no power of q leaves the doubles. -#}
    {%- set found = namespace(length=1024) -%}
    {%- for average in averages -%}
        {%- for halving in range(10) -%}
            {%- if (1 - average.alpha) ** found.length < 1e-100 -%}
                {%- set found.length = found.length // 2 -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found.length) }}
{%- endmacro %}

{% macro carried_ends(average, length) -%}
    {#- Ends of the blocks before, until their weight no longer shows. -#}
    {{ average.name }}_local
    {%- for back in range(1, 40) -%}
        {%- set weight = (1 - average.alpha) ** (length * back) -%}
        {%- if weight > 1e-18 %}
            + {{ double_literal(weight) }}
            * coalesce(lag({{ average.name }}_local, {{ back }}) over series, 0)
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro double_literal(value) %}cast('{{ value }}' as {{ f8() }}){% endmacro %}
