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

{% macro longest_window(plan) -%}
    {#- How many bars before a bar its indicators look at; and after how many all
        recursive ones have begun. -#}
    {%- set found = namespace(context=2, begun=1) -%}
    {%- for level in plan.levels -%}
        {%- set widest = namespace(bars=0) -%}
        {%- for item in level -%}
            {%- if 'start' in item -%}
                {%- set found.begun = [found.begun, item.start] | max -%}
            {%- else -%}
                {%- set widest.bars = [widest.bars, item.get('over', 0), item.get('by', 0)] | max -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set found.context = found.context + widest.bars -%}
    {%- endfor -%}
    {{ return({'context': found.context, 'begun': found.begun}) }}
{%- endmacro %}
