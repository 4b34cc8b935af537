{% macro numbered_closes(bars, partition_columns) -%}
    {#- Bars numbered from 1 within their series, with the exact change since
        the bar before. Carried columns: date, symbol, close, known_seq. -#}
    {%- set series = partition_columns | join(', ') -%}
    select
        {{ series }},
        symbol,
        date,
        opened_at,
        close,
        known_seq,
        bar_number,
        case when change > 0 then change else 0 end as gain,
        case when change < 0 then -change else 0 end as loss
    from (
        select
            {{ series }},
            symbol,
            session_date as date,
            opened_at,
            close,
            known_seq,
            row_number() over series as bar_number,
            close - lag(close) over series as change
        from {{ bars }}
        where close is not null
        window series as (partition by {{ series }} order by opened_at)
    ) as changes
{%- endmacro %}
