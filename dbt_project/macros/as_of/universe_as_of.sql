{% macro universe_as_of(instant) -%}
    {#- The instruments as a warehouse would name them that was built from the
        groups of files accepted at or before the instant. -#}
    with

    known as (

        {{ known_by(instant) }}

    ),
    {%- for name, model in [
        ('personal_rows', 'stg_tapehouse__personal_universe_snapshots'),
        ('personal_history', 'stg_tapehouse__personal_symbol_history_snapshots'),
    ] %}

    {{ name }} as (

        select * from {{ ref(model) }}
        where
            file_seq = (
                select max(snapshots.file_seq) from {{ ref(model) }} as snapshots
                inner join {{ ref('stg_tapehouse__landing_files') }} as landing_files
                    on snapshots.file_seq = landing_files.file_seq
                inner join known on landing_files.group_seq <= known.known_seq
            )

    ),
    {%- endfor %}

    shipped_rows as (

        select * from {{ ref('universe') }}
        where known_at <= {{ instant }}

    ),

    history_rows as (

        select {{ symbol_history_columns() }} from {{ ref('symbol_history') }}
        where known_at <= {{ instant }}

        union all

        select {{ symbol_history_columns() }} from personal_history

    ),

    universe_rows as (

        {{ overlaid_universe('shipped_rows', 'personal_rows') }}

    ),

    holder_rows as (

        {{ symbol_holders('universe_rows', 'history_rows') }}

    )

    select * from ({{ named_universe('universe_rows', 'holder_rows') }}) as instruments
{%- endmacro %}
