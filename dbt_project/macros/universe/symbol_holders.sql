{% macro symbol_holders(universe, history) -%}
    {#- One row per symbol that an instrument holds or held at a provider, with
        the days on which it means that instrument: [began_on, ended_on).
        Where nobody wrote down since when, it begins as the holder before ends;
        a delisted holder answers to it until somebody else begins. -#}
    with

    present as (

        {{ present_symbols(universe) }}

    ),

    past as (

        select
            present.provider,
            history.symbol as provider_symbol,
            history.instrument_id,
            history.valid_from,
            history.valid_to,
            history.known_at
        from {{ history }} as history
        inner join present
            on history.instrument_id = present.instrument_id
            and (history.provider = '*' or history.provider = present.provider)

    ),

    renamed as (

        select
            provider,
            instrument_id,
            max(valid_to) as renamed_on
        from past
        group by provider, instrument_id

    ),

    held as (

        select
            provider,
            provider_symbol,
            instrument_id,
            valid_from,
            valid_to as held_until,
            valid_to as means_it_until,
            false as is_present,
            known_at
        from past

        union all

        select
            present.provider,
            present.provider_symbol,
            present.instrument_id,
            renamed.renamed_on as valid_from,
            coalesce(
                cast(present.delisted_on + interval '1 day' as date), date '9999-12-31'
            ) as held_until,
            date '9999-12-31' as means_it_until,
            true as is_present,
            present.known_at
        from present
        left join renamed
            on present.provider = renamed.provider
            and present.instrument_id = renamed.instrument_id

    ),

    begun as (

        select
            *,
            {{ symbol_began_on() }} as began_on
        from held

    )

    select
        *,
        {{ symbol_ended_on() }} as ended_on
    from begun
{%- endmacro %}
