{% macro series_bars(bars, instruments, interval, since=none) -%}
    {#- The bars of one interval as series, each beside the index of the same time.
        An instrument whose bars have a close alone is measured on it. -#}
    {%- set same_time = 'session_date' if interval == '1d' else 'opened_at' -%}
    select
        bars.instrument_id,
        bars.session_date as date,
        bars.opened_at,
        bars.close,
        coalesce(bars.high, bars.close) as high,
        coalesce(bars.low, bars.close) as low,
        bars.volume,
        bars.is_partial,
        bars.known_seq,
        index_bars.close as index_close,
        {{ bars_a_year('instruments', interval) }} as bars_a_year
    from {{ bars }} as bars
    inner join {{ instruments }} as instruments on bars.instrument_id = instruments.instrument_id
    left join (
        select * from {{ bars }}
        where symbol = '{{ var("summary_index") }}'{{ interval_condition(interval) }}
        {%- if since %} and opened_at >= {{ since }}{% endif %}
    ) as index_bars
        on bars.{{ same_time }} = index_bars.{{ same_time }}
    where true{{ interval_condition(interval, 'bars.') }}
        {%- if since %} and bars.opened_at >= {{ since }}{% endif %}
{%- endmacro %}

{% macro interval_condition(interval, of='') -%}
    {%- if interval != '1d' %} and {{ of }}interval = '{{ interval }}'{% endif -%}
{%- endmacro %}

{% macro bars_a_year(instruments, interval) -%}
    {%- set minutes = {'1m': 1, '5m': 5, '15m': 15, '1h': 60}.get(interval) -%}
    case
            when {{ instruments }}.asset_class = 'crypto'
                then {{ var('crypto_days_a_year') }}{% if minutes %} * {{ 1440 / minutes }}{% endif %}
            else {{ var('trading_days_a_year') }}
                {%- if minutes %} * {{ var('trading_minutes_a_day') / minutes }}{% endif %}
        end
{%- endmacro %}

{% macro numbered_bars(bars) -%}
    {#- Each beside the one before. -#}
    select
        *,
        row_number() over series as bar_number,
        lag(close) over series as previous_close,
        lag(high) over series as previous_high,
        lag(low) over series as previous_low,
        lag(index_close) over series as previous_index_close
    from {{ bars }}
    window series as (partition by instrument_id order by opened_at)
{%- endmacro %}

{% macro entered_bars(numbered, plan) -%}
    {#- What the families compute from: doubles and, what is summed, exact. -#}
    select
        {{ bar_keys() | join(', ') }},
        {%- for column in entered_columns(plan) %}
        cast({{ column.is }} as {{ f8() }}) as {{ column.name }},
        {%- if column.exact %}
        {{ column.is }} as {{ column.name }}_exact,
        {%- endif %}
        {%- endfor %}
        bar_number
    from {{ numbered }}
{%- endmacro %}
