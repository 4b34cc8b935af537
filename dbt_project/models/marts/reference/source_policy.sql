{{ config(tags=['reference']) }}

with

sources as (

    select * from {{ ref('int_sources_in_force') }}

),

instruments as (

    select * from {{ ref('instruments') }}

),

final as (

    select
        sources.instrument_id,
        instruments.symbol,
        sources.interval,
        sources.purpose,
        sources.turn,
        sources.provider
    from sources
    inner join instruments on sources.instrument_id = instruments.instrument_id

)

select * from final
