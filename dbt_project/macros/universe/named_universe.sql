{% macro named_universe(universe, holders) -%}
    {#- Every instrument under a symbol of its own: the last holder keeps the
        plain one, an older one carries the year in which it took it. One that
        holds no symbol on any day is another's double and is left out. -#}
    with

    placed as (

        select
            universe.*,
            extract(year from coalesce(
                holders.valid_from, universe.listed_on, cast(universe.known_at as date)
            )) as began_in,
            row_number() over (
                partition by universe.symbol
                order by
                    holders.held_until desc, holders.began_on desc, universe.instrument_id asc
            ) as place
        from {{ universe }} as universe
        inner join {{ holders }} as holders
            on universe.instrument_id = holders.instrument_id
            and holders.provider = 'file_drop'
            and holders.is_present
        where holders.began_on < holders.ended_on

    ),

    told_apart as (

        select
            *,
            row_number() over (
                partition by symbol, began_in, place = 1
                order by place
            ) as place_in_year
        from placed

    ),

    named as (

        select
            *,
            symbol
            || case when place > 1 then '~' || cast(began_in as {{ text_type() }}) else '' end
            || case
                when place_in_year > 1 then '~' || cast(instrument_id as {{ text_type() }}) else ''
            end as own_symbol
        from told_apart

    )

    select
        {{ universe_columns(symbol='own_symbol') }},
        delisted_on is null as is_listed,
        is_personal,
        is_followed
    from named
{%- endmacro %}
