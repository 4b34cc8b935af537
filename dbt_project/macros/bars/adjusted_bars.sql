{% macro adjusted_price(column) -%}
    {#- Without a later split the traded price passes untouched. -#}
    case
        when coalesce(factors.split_factor, 1) = 1 then chosen.{{ column }}
        else {{ safe_cast_to(
            rounded('cast(chosen.' ~ column ~ ' as ' ~ f8() ~ ') / factors.split_factor', 8),
            price_type()
        ) }}
    end
{%- endmacro %}

{% macro adjusted_volume(column) -%}
    case
        when coalesce(factors.split_factor, 1) = 1 then chosen.{{ column }}
        else {{ safe_cast_to(
            rounded('cast(chosen.' ~ column ~ ' as ' ~ f8() ~ ') * factors.split_factor', 8),
            volume_type()
        ) }}
    end
{%- endmacro %}

{% macro total_return_price(column) -%}
    {{ safe_cast_to(
        rounded('cast(chosen.' ~ column ~ ' as ' ~ f8() ~ ')'
        ~ ' / coalesce(factors.split_factor, 1) * coalesce(factors.dividend_factor, 1)', 8),
        price_type()
    ) }}
{%- endmacro %}

{% macro adjusted_values() -%}
    {%- for column in ['open', 'high', 'low', 'close'] -%}
        {{ adjusted_price(column) }} as {{ column }},
        {% endfor -%}
        {{ adjusted_volume('volume') }} as volume,
        {%- for column in ['open', 'high', 'low', 'close', 'volume'] %}
        chosen.{{ column }} as {{ column }}_raw,
        {%- endfor %}
        {{ total_return_price('close') }} as close_total_return,
        {{ adjusted_price('vwap') }} as vwap,
        chosen.trade_count,
        chosen.currency,
        chosen.provider,
        chosen.version_number
{%- endmacro %}

{% macro adjusted_bar_columns() -%}
    {{ adjusted_values() }},
        chosen.observation_count,
        chosen.last_observed_at < chosen.closed_at as is_partial,
        {{ bar_status('chosen') }} as status,
        chosen.known_seq,
        chosen.known_at,
        chosen.settles_at,
        chosen.last_observed_at,
        chosen.request_id,
        chosen.file_seq,
        chosen.row_number,
        chosen.last_file_seq
{%- endmacro %}

{% macro bar_status(version) -%}
    case
        when {{ version }}.last_observed_at < {{ version }}.closed_at then 'forming'
        when {{ version }}.last_observed_at < {{ version }}.settles_at then 'provisional'
        else 'final'
    end
{%- endmacro %}

{% macro adjusted_bars(columns, beside='') -%}
    {#- Bars of `chosen` under the names of `universe`, by the `factors` of their session. -#}
    select
        chosen.instrument_id,
        universe.symbol,
        chosen.interval,
        chosen.session_date,
        chosen.opened_at,
        chosen.closed_at,
        {{ columns }}
    from chosen
    {%- if beside %}
    cross join {{ beside }}
    {%- endif %}
    inner join universe on chosen.instrument_id = universe.instrument_id
    left join factors
        on chosen.instrument_id = factors.instrument_id
        and chosen.session_date >= factors.from_date
        and chosen.session_date < factors.to_date
{%- endmacro %}
