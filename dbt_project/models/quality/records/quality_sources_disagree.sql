-- A row is a bar of which two providers give different prices.
with

agreement as (

    select * from {{ ref('source_agreement') }}
    where class in ('conflict', 'basis_differs')

),

found as (

    select
        instrument_id,
        symbol,
        interval,
        opened_at,
        chosen_provider as provider,
        {{ no_row() }},
        concat_ws(
            '; ',
            class || ' of ' || chosen_provider || ' with ' || other_provider
            || ' (' || likely_cause || '): ' || prices_apart || ' '
            || {{ percent_text('price_difference') }} || ' apart',
            case
                when providers > 2
                    then coalesce(
                        outvoted || ' outvoted', 'no majority'
                    ) || ' among ' || cast(providers as {{ text_type() }}) || ' providers'
            end
        ) as detail
    from agreement

),

{{ findings('sources_disagree') }}
