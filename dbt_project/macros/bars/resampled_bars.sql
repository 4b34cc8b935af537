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

{% macro bars_in_coarser(bars, universe, newest) -%}
    {#- Each bar beside every coarser one that it is a part of. -#}
    select
        *,
        case
            when interval = '1d' then day_length
            else {{ microseconds('closed_at') }} - {{ microseconds('opened_at') }}
        end as length
    from (
        select
            placed.*,
            case
                when interval = '1d' then day_opens_at
                else {{ add_minutes('starts_at', 'minutes * place') }}
            end as opened_at,
            case
                when interval = '1d' then day_closes_at
                else least({{ add_minutes('starts_at', 'minutes * (place + 1)') }}, ends_at)
            end as closed_at
        from (
            select
                anchored.*,
                coarser.interval,
                coarser.minutes,
                {{ whole_division('since_start', '(60000000 * coarser.minutes)') }} as place
            from (
                {{ anchored_bars(bars, universe, newest) }}
            ) as anchored
            inner join (
                {%- for interval in ['5m', '15m', '1h', '1d'] %}
                select
                    '{{ interval }}' as interval,
                    cast({{ interval_minutes("'" ~ interval ~ "'") }} as bigint) as minutes
                {{ 'union all' if not loop.last }}
                {%- endfor %}
            ) as coarser
                on anchored.source_minutes < coarser.minutes
        ) as placed
    ) as spanned
{%- endmacro %}

{% macro anchored_bars(bars, universe, newest) -%}
    {#- Intraday bars beside their session and the part of it, before or after its break. -#}
    select
        within_part.*,
        {{ microseconds('part_opened_at') }} - {{ microseconds('starts_at') }} as since_start,
        {{ microseconds('part_closed_at') }} - {{ microseconds('part_opened_at') }}
            as part_length,
        cast(vwap_given * volume_given as decimal(38, 8)) as turnover
    from (
        select
            bars.instrument_id,
            bars.symbol,
            bars.session_date,
            bars.interval as part_interval,
            cast({{ interval_minutes('bars.interval') }} as bigint) as source_minutes,
            bars.opened_at as part_opened_at,
            bars.closed_at as part_closed_at,
            {%- for column in resampled_values() %}
            bars.{{ column }},
            {%- endfor %}
            cast(bars.vwap as {{ f8() }}) as vwap_given,
            cast(bars.volume as {{ f8() }}) as volume_given,
            bars.is_partial,
            bars.status,
            {%- for column in newest_of_parts() + newest %}
            bars.{{ column }},
            {%- endfor %}
            sessions.opens_at as day_opens_at,
            sessions.closes_at as day_closes_at,
            {{ microseconds('sessions.closes_at') }} - {{ microseconds('sessions.opens_at') }}
            - coalesce(
                {{ microseconds('sessions.break_ends_at') }}
                - {{ microseconds('sessions.break_starts_at') }}, 0
            ) as day_length,
            case
                when bars.opened_at >= sessions.break_ends_at then sessions.break_ends_at
                else sessions.opens_at
            end as starts_at,
            case
                when bars.opened_at < sessions.break_starts_at then sessions.break_starts_at
                else sessions.closes_at
            end as ends_at
        from {{ bars }} as bars
        inner join {{ universe }} as universe on bars.instrument_id = universe.instrument_id
        inner join {{ ref('stg_calendar__sessions') }} as sessions
            on universe.calendar = sessions.calendar
            and bars.session_date = sessions.session_date
        where bars.interval <> '1d'
    ) as within_part
{%- endmacro %}
