{% macro each_price(condition, joined_by) -%}
    {%- for column in ['open_given', 'high_given', 'low_given', 'close_given'] -%}
    {{ condition | replace('PRICE', column) }}{{ ' ' ~ joined_by ~ ' ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro rule_broken_alone() -%}
    {#- The first rule that a bar breaks by itself; null when it breaks none. -#}
    {%- set tolerance = var('price_relation_tolerance') -%}
    {%- set largest = 'greatest(open_given, low_given, close_given)' -%}
    {%- set smallest = 'least(open_given, high_given, close_given)' -%}
    {%- set grid_start -%}
        case when opened_at >= break_ends_at then break_ends_at else session_opens_at end
    {%- endset -%}
    case
        when close_given is null then 'null_bar'
        when coalesce(asset_class, '') <> 'bond'
            and ({{ each_price('PRICE is null', 'or') }})
            then 'null_bar'
        when instrument_id is null then 'unknown_symbol'
        when {{ each_price('not ' ~ is_finite('PRICE'), 'or') }}
            then 'not_finite_or_not_positive'
        when asset_class <> 'bond' and ({{ each_price('PRICE <= 0', 'or') }})
            then 'not_finite_or_not_positive'
        when {{ each_price(
            'abs(PRICE) * greatest(price_multiplier, 1) >= ' ~ var('price_limit'), 'or'
        ) }}
            then 'out_of_range'
        when volume_given < 0
            or not {{ is_finite('volume_given') }}
            or volume_given * greatest(1 / split_ratio, 1) >= {{ var('volume_limit') }}
            then 'out_of_range'
        when high_given < {{ largest }} - abs({{ largest }}) * {{ tolerance }}
            or low_given > {{ smallest }} + abs({{ smallest }}) * {{ tolerance }}
            then 'price_relations'
        when session_date is null
            or opened_at is null
            or (opened_at >= break_starts_at and opened_at < break_ends_at)
            then 'outside_session'
        when coalesce(
            (
                {{ microseconds('opened_at') }} - {{ microseconds(grid_start) }}
            ) % (cast(60000000 as bigint) * {{ interval_minutes('interval') }}),
            1
        ) <> 0
            then 'off_grid'
        when opened_at > observed_at then 'future_bar'
    end
{%- endmacro %}

{% macro is_as_last_given() -%}
    {%- for column in ['open', 'high', 'low', 'close', 'volume'] -%}
    coalesce(
        {{ column }}_given = last_{{ column }}_given,
        {{ column }}_given is null and last_{{ column }}_given is null
    )
    {{- ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
