{% macro volatility(log_returns, window_name, return_count, days_a_year) -%}
    {#- Sample deviation of the returns over a named window of so many rows,
        for a year; null until the window is full. The sums are of decimals and
        so exact, whichever row a window began to be summed at. -#}
    case
        when count({{ log_returns }}) over {{ window_name }} = {{ return_count }}
            then sqrt(
                cast(
                    {{ return_count }} * sum({{ log_returns }} * {{ log_returns }}) over {{ window_name }}
                    - cast(sum({{ log_returns }}) over {{ window_name }} as {{ log_type() }})
                    * cast(sum({{ log_returns }}) over {{ window_name }} as {{ log_type() }})
                    as {{ f8() }}
                ) / {{ return_count * (return_count - 1) }} * {{ days_a_year }}
            )
    end
{%- endmacro %}

{% macro rounded_percent(part, whole) -%}
    {#- Rounded to a decimal, so that sums of it do not depend on their order. -#}
    {{ safe_cast_to(
        rounded('100 * cast(' ~ part ~ ' as ' ~ f8() ~ ') / nullif(cast(' ~ whole ~ ' as ' ~ f8()
        ~ '), 0)', 8),
        price_type()
    ) }}
{%- endmacro %}

{% macro exact_mean(expression) -%}
    {#- Of decimals: a sum of doubles depends on the order in which threads come to the rows. -#}
    cast(sum({{ expression }}) as {{ f8() }}) / nullif(count({{ expression }}), 0)
{%- endmacro %}
