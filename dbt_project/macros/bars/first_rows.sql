{% macro and_not_held(key_columns, relation) -%}
    {#- The first row of a natural key stays; later ones are the same again. -#}
    {%- if is_incremental() -%}
        and not exists (
            select 1 from {{ this }} as held
            where
                {%- for column in key_columns %}
                held.{{ column }} = {{ relation }}.{{ column }}
                {{- " and" if not loop.last }}
                {%- endfor %}
        )
    {%- endif -%}
{%- endmacro %}
