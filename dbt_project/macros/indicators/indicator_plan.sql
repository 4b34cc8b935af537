{% macro indicator_plan() -%}
    {#- All chosen families as one plan, computed in as few passes as they need.
        What several families name alike is computed once. -#}
    {%- set plan = {'inputs': [], 'levels': [], 'stored': [], 'shown': []} -%}
    {%- set named = {'inputs': [], 'levels': [], 'stored': [], 'shown': []} -%}
    {%- for name in var('indicator_families') -%}
        {%- set family = context.get(name ~ '_family') -%}
        {%- if family is none -%}
            {{ exceptions.raise_compiler_error("there is no family of indicators '" ~ name ~ "'") }}
        {%- endif -%}
        {%- set family = family() -%}
        {%- for part in ['inputs', 'stored', 'shown'] -%}
            {%- do add_unnamed(family.get(part, []), plan[part], named[part]) -%}
        {%- endfor -%}
        {%- for level in family.levels -%}
            {%- if plan.levels | length < loop.index -%}
                {%- do plan.levels.append([]) -%}
            {%- endif -%}
            {%- do add_unnamed(level, plan.levels[loop.index0], named.levels) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(plan) }}
{%- endmacro %}

{% macro add_unnamed(items, found, names) -%}
    {%- for item in items if item.name not in names -%}
        {%- do names.append(item.name) -%}
        {%- do found.append(item) -%}
    {%- endfor -%}
{%- endmacro %}
