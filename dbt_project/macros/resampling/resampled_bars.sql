{% macro resampled_bars(bars, universe, newest=[]) -%}
    {#- Bars of every coarser interval from those of `bars`, anchored where their part of the
        session begins. Of several sources the one that covers most of a bar makes it, of
        equals the finest. A bar that lacks minutes says that it is partial. The `newest` of some
        columns are those of its parts. -#}
    select
        instrument_id,
        symbol,
        interval,
        session_date,
        opened_at,
        closed_at,
        {%- for column in resampled_values() %}
        {{ column }},
        {%- endfor %}
        is_partial or covered < expected as is_partial,
        case
            when is_partial or covered < expected then 'forming'
            when is_provisional then 'provisional'
            else 'final'
        end as status,
        {%- for column in newest_of_parts() + newest %}
        {{ column }},
        {%- endfor %}
        made_of,
        bar_count,
        last_closed_at >= closed_at as is_over
    from (
        select
            *,
            row_number() over (
                partition by instrument_id, interval, opened_at
                order by covered desc, source_minutes asc
            ) as place
        from (
            {{ resampled_by_source(bars, universe, newest) }}
        ) as by_source
    ) as ranked
    where place = 1
{%- endmacro %}

{% macro resampled_values() -%}
    {{ return([
        'open', 'high', 'low', 'close', 'volume', 'open_raw', 'high_raw', 'low_raw',
        'close_raw', 'volume_raw', 'close_total_return', 'vwap', 'trade_count', 'currency',
        'provider',
    ]) }}
{%- endmacro %}

{% macro newest_of_parts() %}{{ return(['known_seq', 'known_at', 'settles_at']) }}{% endmacro %}

{% macro resampled_by_source(bars, universe, newest) -%}
    select
        instrument_id,
        min(symbol) as symbol,
        interval,
        session_date,
        opened_at,
        closed_at,
        source_minutes,
        {%- for suffix in ['', '_raw'] %}
        {{ at_first('open' ~ suffix, 'part_opened_at') }} as open{{ suffix }},
        max(high{{ suffix }}) as high{{ suffix }},
        min(low{{ suffix }}) as low{{ suffix }},
        {{ at_last('close' ~ suffix, 'part_opened_at') }} as close{{ suffix }},
        cast(sum(volume{{ suffix }}) as {{ volume_type() }}) as volume{{ suffix }},
        {%- endfor %}
        {{ at_last('close_total_return', 'part_opened_at') }} as close_total_return,
        {#- Summed as decimals: a sum of doubles depends on the order of its rows. #}
        case
            when count(vwap) = count(*) and sum(volume) > 0
                then {{ safe_cast_to(
                    'round(cast(sum(turnover) as ' ~ f8() ~ ') / cast(sum(volume) as ' ~ f8() ~ '), 8)',
                    price_type()
                ) }}
        end as vwap,
        case
            when count(trade_count) = count(*) then cast(sum(trade_count) as bigint)
        end as trade_count,
        max(currency) as currency,
        'derived:' || case
            when min(provider) = max(provider) then min(provider) else 'several'
        end as provider,
        max(case when is_partial then 1 else 0 end) = 1 as is_partial,
        max(case when status = 'final' then 0 else 1 end) = 1 as is_provisional,
        {%- for column in newest_of_parts() + newest %}
        max({{ column }}) as {{ column }},
        {%- endfor %}
        min(part_interval) as made_of,
        count(*) as bar_count,
        sum(part_length) as covered,
        max(length) as expected,
        max(part_closed_at) as last_closed_at
    from (
        {{ bars_in_coarser(bars, universe, newest) }}
    ) as parts
    group by instrument_id, interval, session_date, opened_at, closed_at, source_minutes
{%- endmacro %}
