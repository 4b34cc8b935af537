{% macro placed_moments(moments, market_time) -%}
    {#- The session that had opened last, by one window over both: a join on a span would compare
        every moment with every session. -#}
timeline as (

    select
        calendar,
        moment_at,
        cast(null as bigint) as session_number
    from {{ moments }}

    union all

    select
        calendar,
        opens_at as moment_at,
        session_number
    from {{ market_time }}

),

placed as (

    select
        calendar,
        moment_at,
        session_number is null as is_moment,
        max(session_number) over (
            partition by calendar
            order by moment_at
            range between unbounded preceding and current row
        ) as session_number
    from timeline

),

final as (

    select
        placed.calendar,
        placed.moment_at,
        {{ market_position('placed.moment_at', market_time) }} as placed_at
    from placed
    inner join {{ market_time }}
        on placed.calendar = {{ market_time }}.calendar
        and placed.session_number = {{ market_time }}.session_number
    where placed.is_moment

)
{%- endmacro %}
