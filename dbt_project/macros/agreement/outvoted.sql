{% macro outvoted_providers(pairs) -%}
    {#- CTEs that end in `outvoted`: of each bar the providers whom too few back, where more
        than half of all back each other. -#}
    {%- set bar = 'instrument_id, interval, opened_at' -%}
both_ways as (

    select {{ bar }}, providers, provider, is_backed from {{ pairs }}
    union all
    select {{ bar }}, providers, peer as provider, is_backed from {{ pairs }}

),

backed as (

    select
        {{ bar }},
        provider,
        -- Itself included.
        2 * (1 + sum(case when is_backed then 1 else 0 end)) > min(providers) as has_majority
    from both_ways
    group by {{ bar }}, provider

),

outvoted as (

    select
        {{ bar }},
        string_agg(
            case when not has_majority then provider end, ', ' order by provider
        ) as outvoted
    from backed
    group by {{ bar }}
    having max(case when has_majority then 1 else 0 end) = 1

)
{%- endmacro %}
