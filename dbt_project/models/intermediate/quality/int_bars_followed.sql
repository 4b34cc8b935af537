with

daily_bars as (

    select * from {{ ref('daily_bars') }}

),

intraday_bars as (

    select * from {{ ref('int_intraday_bars_chosen') }}
    where interval = '1h'

),

instruments as (

    select * from {{ ref('instruments') }}

),

held as (

    {%- for relation in ['daily_bars', 'intraday_bars'] %}

    select
        instrument_id,
        symbol,
        {{ "'1d' as interval" if relation == 'daily_bars' else 'interval' }},
        {{ followed_columns() }}
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select
        held.*,
        case
            when instruments.asset_class in ('stock', 'etf', 'index', 'fund')
                then 'equity'
            else instruments.asset_class
        end as market,
        lag(held.open) over bars as open_before,
        lag(held.high) over bars as high_before,
        lag(held.low) over bars as low_before,
        lag(held.close) over bars as close_before,
        lag(held.volume) over bars as volume_before,
        lag(held.close_total_return) over bars as close_total_return_before
    from held
    inner join instruments on held.instrument_id = instruments.instrument_id
    window bars as (
        partition by held.instrument_id, held.interval order by held.opened_at
    )

)

select * from final
