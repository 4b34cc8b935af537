{% macro level_column(item, exact) -%}
    {#- One column of a level as a window over its series, null until the window is full. -#}
    {%- set over = item.get('over', 1) -%}
    {%- set frame = 'over (partition by instrument_id order by bar_number rows between '
        ~ (over - 1) ~ ' preceding and current row)' -%}
    {%- set series = '(partition by instrument_id order by bar_number' -%}
    {%- if 'is' in item -%}
        {{ item.is }}
    {%- elif 'mean' in item -%}
        {{ full_window(item.mean, over, frame) }}
            then cast(sum({{ exactly(item.mean, exact) }}) {{ frame }} as {{ f8() }}) / {{ over }} end
    {%- elif 'total' in item -%}
        {{ full_window(item.total, over, frame) }}
            then cast(sum({{ exactly(item.total, exact) }}
                {%- if item.times %} * {{ exactly(item.times, exact) }}{% endif -%}
            ) {{ frame }} as {{ f8() }}) end
    {%- elif 'deviation' in item -%}
        {{ full_window(item.deviation, over, frame) }} then {{ deviation_over(item, frame) }} end
    {%- elif 'above_mean' in item -%}
        {{ full_window(item.above_mean, over, frame) }}
            then cast({{ over }} * {{ item.above_mean }}_exact
                - sum({{ item.above_mean }}_exact) {{ frame }} as {{ f8() }}) / {{ over }} end
    {%- elif 'distance' in item -%}
        {{ full_window(item.distance, over, frame) }} then cast(
        {%- for back in range(over) %}
            {{ "+ " if back }}abs({{ over }} * lag({{ item.distance }}_exact, {{ back }}) over {{ series }})
                - sum({{ item.distance }}_exact) {{ frame }})
        {%- endfor %}
        as {{ f8() }}) / {{ over * over }} end
    {%- elif 'highest' in item -%}
        {{ full_window(item.highest, over, frame) }} then max({{ item.highest }}) {{ frame }} end
    {%- elif 'lowest' in item -%}
        {{ full_window(item.lowest, over, frame) }} then min({{ item.lowest }}) {{ frame }} end
    {%- elif 'earlier' in item -%}
        lag({{ item.earlier }}, {{ item.by }}) over {{ series }})
    {%- elif 'running_total' in item -%}
        sum({{ exactly(item.running_total, exact) }}) over {{ series }} rows unbounded preceding)
    {%- elif 'running_highest' in item -%}
        max({{ item.running_highest }}) over {{ series }} rows unbounded preceding)
    {%- elif 'session_total' in item -%}
        sum({{ item.session_total }}) over (
            partition by instrument_id, date order by bar_number rows unbounded preceding
        )
    {%- endif %} as {{ item.name }}
{%- endmacro %}

{% macro exactly(column, exact) -%}
    {{ return(column ~ '_exact' if column in exact else column) }}
{%- endmacro %}

{% macro full_window(column, over, frame) -%}
    case when count({{ column }}) {{ frame }} = {{ over }}
{%- endmacro %}

{% macro deviation_over(item, frame) -%}
    {#- From exact sums; the cast keeps their square within 38 digits. -#}
    {%- set type = item.get('type', decimal_type(19, 8)) -%}
    {%- set value = 'cast(' ~ item.deviation ~ '_exact as ' ~ type ~ ')' -%}
    {%- set total = 'cast(sum(' ~ item.deviation ~ '_exact) ' ~ frame ~ ' as ' ~ type ~ ')' -%}
    {%- set divisor = item.over * (item.over - 1) if item.of_sample else item.over * item.over -%}
    sqrt(cast(
                {{ item.over }} * sum({{ value }} * {{ value }}) {{ frame }} - {{ total }} * {{ total }}
                as {{ f8() }}
            ) / {{ divisor }})
{%- endmacro %}

{% macro average_seed(average, exact) -%}
    cast(
            sum({{ exactly(average.average, exact) }}) over (
                partition by instrument_id order by bar_number
                rows between {{ average.over - 1 }} preceding and current row
            ) as {{ f8() }}
        ) / {{ average.divisor }} as {{ average.name }}_seed
{%- endmacro %}
