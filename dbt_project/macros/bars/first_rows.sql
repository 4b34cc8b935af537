{% macro ranked_rows(received, key_columns, held_at) -%}
    {#- Received rows under the instrument that held their symbol; of those with one natural key
        the first that was landed has `place` 1. Expects the CTEs `symbols` and `landing_files`. -#}
    select
        {{ received }}.*,
        symbols.instrument_id,
        symbols.symbol,
        symbols.currency as instrument_currency,
        landing_files.accepted_at as known_at,
        row_number() over (
            partition by
                symbols.instrument_id, {{ received }}.provider
                {%- for column in key_columns %}, {{ received }}.{{ column }}{% endfor %}
            order by {{ received }}.file_seq, {{ received }}.row_number
        ) as place
    from {{ received }}
    left join landing_files on {{ received }}.file_seq = landing_files.file_seq
    inner join symbols
        on {{ received }}.provider = symbols.provider
        and {{ received }}.provider_symbol = symbols.provider_symbol
        and {{ held_on('symbols', held_at) }}
{%- endmacro %}

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
