{{ config(tags=['market']) }}

with

newest as (

    select * from {{ ref('int_prices_newest') }}

),

daily_bars as (

    select * from {{ ref('daily_bars') }}

),

with_previous as (

    select
        newest.*,
        daily_bars.close as previous_close,
        row_number() over (
            partition by newest.instrument_id order by daily_bars.session_date desc nulls last
        ) as age
    from newest
    left join daily_bars
        on newest.instrument_id = daily_bars.instrument_id
        and newest.session_date > daily_bars.session_date

),

final as (

    select
        instrument_id,
        symbol,
        price,
        priced_at,
        origin,
        provider,
        currency,
        session_date,
        previous_close,
        price - previous_close as change,
        {{ percent_change('price', 'previous_close') }} as change_pct,
        last_file_seq
    from with_previous
    where age = 1

)

select * from final
