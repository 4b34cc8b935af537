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
        class || ' with ' || other_provider || ': prices '
        || {{ percent_text('price_difference') }} || ' apart' as detail
    from agreement

),

{{ findings('sources_disagree') }}
