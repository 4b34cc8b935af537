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
        cast(vwap_given * volume_given as {{ total_type() }}) as turnover
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
