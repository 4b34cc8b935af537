{% macro series_source(interval, since=none) -%}
    {{ return(series_bars(
        ref('daily_bars' if interval == '1d' else 'intraday_bars'),
        ref('instruments'), interval, since
    )) }}
{%- endmacro %}

{% macro series_plan(relation, interval, mark) -%}
    {#- What the kernel needs to know; {since} is put in there. -#}
    {%- set plan = indicator_plan() -%}
    {{ return({
        'table': relation.include(database=false) | string,
        'bars': named_bars(series_source(interval, '{since}'), plan),
        'entered': entered_columns(plan),
        'changed': changed_series(interval, mark),
        'levels': plan.levels,
        'stored': stored_columns(plan),
        'bar_days': days_of_bar(interval),
    }) }}
{%- endmacro %}

{% macro named_bars(series, plan) -%}
    {#- Only the columns that the plan names: each costs as much to hand over as to compute. -#}
    {%- set named = tojson([plan.inputs, plan.levels, plan.stored]) -%}
    select
        {{ bar_keys() | join(', ') }},
        {%- for name in ['high', 'low', 'volume', 'index_close', 'bars_a_year'] %}
        {%- if modules.re.search('\\b(previous_)?' ~ name ~ '(_exact)?\\b', named) %}
        {{ name }},
        {%- endif %}
        {%- endfor %}
        close
    from ({{ series }}) as series
{%- endmacro %}

{% macro series_settings(interval) -%}
    {#- Other windows or families make other columns: the table is then made anew. -#}
    {{ return(local_md5(tojson([
        indicator_plan(), interval, var('summary_index'), var('crypto_days_a_year'),
        var('trading_days_a_year'), var('trading_minutes_a_day'),
    ]))) }}
{%- endmacro %}

{% macro changed_series(interval, mark) -%}
    {#- The first bar of each series that is new, restated, read on another basis or
        beside another index since the mark; or that was partial and is whole now: those
        that were partial come as a relation, as the engine joins few rows well only when
        it knows that they are few. -#}
    {%- set bars = ref('daily_bars' if interval == '1d' else 'intraday_bars') -%}
    select
        instrument_id,
        min(opened_at) as changed_from
    from (
        select instrument_id, opened_at from {{ bars }}
        where known_seq > {{ mark }}{{ interval_condition(interval) }}

        union all

        select bars.instrument_id, bars.opened_at
        from {{ bars }} as bars
        inner join partial_bars
            on bars.instrument_id = partial_bars.instrument_id
            and bars.opened_at = partial_bars.opened_at
        where not bars.is_partial{{ interval_condition(interval, 'bars.') }}

        union all

        select instrument_id, timestamp '0001-01-01' from {{ ref('int_actions_chosen') }}
        where action = 'split' and known_seq > {{ mark }}

        union all

        select instruments.instrument_id, index_bars.changed_from
        from {{ ref('instruments') }} as instruments
        cross join (
            select cast(min(session_date) as timestamp) - interval '1 day' as changed_from
            from {{ bars }}
            where known_seq > {{ mark }}
                and symbol = '{{ var("summary_index") }}'{{ interval_condition(interval) }}
        ) as index_bars
        where index_bars.changed_from is not null
    ) as changes
    group by instrument_id
{%- endmacro %}

{% macro days_of_bar(interval) -%}
    {#- Calendar days that so many bars take at most, in an instrument that trades in the day. -#}
    {{ return({'1d': 1.6, '1h': 0.3, '15m': 0.07, '5m': 0.03, '1m': 0.006}[interval]) }}
{%- endmacro %}
