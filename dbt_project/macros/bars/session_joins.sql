{% macro session_joins(bars, symbols) -%}
    {#- The interval stands inside the keys: as conditions of their own they
        would keep the joins from hashing by date (40 times slower). -#}
    left join sessions as daily
        on {{ symbols }}.calendar = daily.calendar
        and case when {{ bars }}.interval = '1d' then {{ bars }}.local_date end
        = daily.session_date
    left join sessions_by_utc_date as intraday
        on {{ symbols }}.calendar = intraday.calendar
        and case
            when {{ bars }}.interval <> '1d' then cast({{ bars }}.stamped_at as date)
        end = intraday.utc_date
        and {{ bars }}.stamped_at >= intraday.opens_at
        and {{ bars }}.stamped_at < intraday.closes_at
{%- endmacro %}
