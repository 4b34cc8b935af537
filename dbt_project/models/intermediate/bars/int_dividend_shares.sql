with

actions as (

    select * from {{ ref('int_actions_chosen') }}

),

closes as (

    select * from {{ ref('int_daily_closes_before_dividends') }}

),

dividends as (

    select
        actions.instrument_id,
        actions.ex_date,
        actions.value as amount,
        closes.close,
        closes.session_date,
        greatest(actions.file_seq, closes.file_seq) as file_seq
    from actions
    inner join closes
        on actions.instrument_id = closes.instrument_id
        and actions.provider = closes.provider
        and actions.ex_date = closes.ex_date
    where actions.action = 'dividend'

),

final as (

    select
        dividends.instrument_id,
        dividends.ex_date,
        dividends.file_seq,
        dividends.amount
        * coalesce({{ product_of('splits.value') }}, 1)
        / nullif(cast(dividends.close as {{ f8() }}), 0) as dividend_share
    from dividends
    left join actions as splits
        on dividends.instrument_id = splits.instrument_id
        and dividends.session_date < splits.ex_date
        and dividends.ex_date >= splits.ex_date
        and splits.action = 'split'
    group by
        dividends.instrument_id,
        dividends.ex_date,
        dividends.file_seq,
        dividends.amount,
        dividends.close

)

select * from final
