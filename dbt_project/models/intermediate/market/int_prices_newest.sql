with

prices as (

    select * from {{ ref('int_prices_held') }}

),

instruments as (

    select * from {{ ref('int_universe_combined') }}

),

sessions as (

    select * from {{ ref('stg_calendar__sessions') }}

),

newest as (

    select
        instrument_id,
        max(priced_at) as priced_at
    from prices
    group by instrument_id

),

ranked as (

    select
        prices.*,
        row_number() over (
            partition by prices.instrument_id
            order by
                prices.last_file_seq desc,
                prices.origin asc,
                prices.provider asc,
                prices.price asc
        ) as place
    from prices
    inner join newest
        on prices.instrument_id = newest.instrument_id
        and prices.priced_at = newest.priced_at

),

final as (

    select
        ranked.instrument_id,
        instruments.symbol,
        instruments.currency,
        ranked.price,
        ranked.priced_at,
        ranked.origin,
        ranked.provider,
        ranked.last_file_seq,
        max(sessions.session_date) as session_date
    from ranked
    inner join instruments on ranked.instrument_id = instruments.instrument_id
    left join sessions
        on instruments.calendar = sessions.calendar
        and ranked.priced_at > sessions.opens_at
    where ranked.place = 1
    group by
        ranked.instrument_id,
        instruments.symbol,
        instruments.currency,
        ranked.price,
        ranked.priced_at,
        ranked.origin,
        ranked.provider,
        ranked.last_file_seq

)

select * from final
