{% macro recursive_averages(relation, partition_columns, averages, carried) -%}
    {#- Adds one column per average to those carried: y = y + alpha * (average - y),
        begun with `<name>_seed` at bar number `start`. No recursion: within anchored blocks the
        weighted sums are plain windows, and what a block inherits is a short
        sum over the ends of the blocks before it. -#}
    {%- set series = partition_columns | join(', ') -%}
    {%- set length = block_length(averages) -%}
    with

    blocked as (

        select
            *,
            {{ whole_division('(bar_number - 1)', length) }} as block_number,
            (bar_number - 1) % {{ length }} as place_in_block
        from {{ relation }}

    ),

    local_sums as (

        select
            *,
            {%- for average in averages %}
            {%- set decay = double_literal(1 - average.alpha) %}
            power({{ decay }}, place_in_block) * sum(
                case
                    when bar_number > {{ average.start }}
                        then {{ double_literal(average.alpha) }}
                            * cast({{ average.average }} as {{ f8() }})
                    when bar_number = {{ average.start }}
                        then cast({{ average.name }}_seed as {{ f8() }})
                    else 0
                end / power({{ decay }}, place_in_block)
            ) over block as {{ average.name }}_local{{ "," if not loop.last }}
            {%- endfor %}
        from blocked
        window block as (
            partition by {{ series }}, block_number order by place_in_block
            rows between unbounded preceding and current row
        )

    ),

    carries as (

        select
            {{ series }},
            block_number + 1 as block_number,
            {%- for average in averages %}
            {{ carried_ends(average, length) }} as {{ average.name }}_carry
            {{- "," if not loop.last }}
            {%- endfor %}
        from local_sums
        where place_in_block = {{ length - 1 }}
        window series as (partition by {{ series }} order by block_number)

    )

    select
        {%- for column in carried %}
        local_sums.{{ column }},
        {%- endfor %}
        {%- for average in averages %}
        case
            when local_sums.bar_number >= {{ average.start }}
                then local_sums.{{ average.name }}_local
                    + power({{ double_literal(1 - average.alpha) }}, local_sums.place_in_block + 1)
                    * coalesce(carries.{{ average.name }}_carry, 0)
        end as {{ average.name }}{{ "," if not loop.last }}
        {%- endfor %}
    from local_sums
    left join carries
        on local_sums.block_number = carries.block_number
        {%- for column in partition_columns %}
        and local_sums.{{ column }} = carries.{{ column }}
        {%- endfor %}
{%- endmacro %}
