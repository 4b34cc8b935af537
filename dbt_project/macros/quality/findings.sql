{% macro findings(rule, relation='found', table_name=none, key=none) -%}
    {#- The end of every quality model: what was found, in the columns that all
        of them share, with the severity that the seed gives the rule. The
        relation has the columns of finding_columns() and a detail. -#}
final as (

    select
        '{{ rule }}' as rule,
        (
            select quality_rules.severity
            from {{ ref('quality_rules') }} as quality_rules
            where quality_rules.rule = '{{ rule }}'
        ) as severity,
        {{ table_name or bar_table(relation) }} as table_name,
        {{ key or bar_key(relation ~ '.symbol', relation) }} as key,
        {{ relation }}.detail,
        {{ relation }}.instrument_id,
        {{ relation }}.interval,
        {{ relation }}.opened_at,
        {{ relation }}.provider,
        {{ relation }}.file_seq,
        {{ relation }}.row_number,
        {{ relation }}.request_id,
        requests.run_id
    from {{ relation }}
    left join {{ ref('stg_tapehouse__requests') }} as requests
        on {{ relation }}.request_id = requests.request_id

)

select * from final
{%- endmacro %}

{% macro bar_table(relation) -%}
    case when {{ relation }}.interval = '1d' then 'daily_bars' else 'intraday_bars' end
{%- endmacro %}

{% macro bar_key(symbol, relation) -%}
    concat_ws(
            ' ', {{ symbol }}, {{ relation }}.interval,
            cast({{ relation }}.opened_at as {{ text_type() }})
        )
{%- endmacro %}

{% macro set_aside_by(rule, verdicts) -%}
    {#- Rows that the quarantine holds for some of its verdicts. -#}
with

found as (

    select * from {{ ref('quarantined_rows') }}
    where rule in ('{{ verdicts | join("', '") }}')

),

{{ findings(
    rule,
    table_name='found.table_name',
    key=bar_key('found.provider, found.symbol', 'found'),
) }}
{%- endmacro %}

{% macro percent_text(share) -%}
    {{ rounded('100 * cast(' ~ share ~ ' as ' ~ f8() ~ ')', 2) }} || ' %'
{%- endmacro %}

{% macro finding_columns(relation=none) -%}
    {%- set columns = [
        'instrument_id', 'symbol', 'opened_at', 'provider', 'file_seq', 'row_number', 'request_id',
    ] -%}
    {%- for column in columns -%}
        {{ relation ~ '.' if relation }}{{ column }}{{ ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro no_bar(interval) -%}
    {#- The columns of a finding that is about no bar. -#}
    {{ interval }} as interval,
        cast(null as timestamp) as opened_at,
        cast(null as {{ text_type() }}) as provider,
        {{ no_row() }}
{%- endmacro %}

{% macro no_row() -%}
    {#- The columns of a finding that no single row of a landing file shows. -#}
    cast(null as bigint) as file_seq,
        cast(null as integer) as row_number,
        cast(null as bigint) as request_id
{%- endmacro %}
