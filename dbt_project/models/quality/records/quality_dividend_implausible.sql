-- A row is a dividend too large to be true, or one that the price did not notice.
with

shares as (

    select * from {{ ref('int_dividend_shares') }}

),

actions as (

    select * from {{ ref('corporate_actions') }}
    where action = 'dividend'

),

instruments as (

    select * from {{ ref('instruments') }}

),

moves as (

    select * from {{ ref('int_bar_moves') }}
    where interval = '1d'

),

found as (

    select
        shares.instrument_id,
        instruments.symbol,
        cast(null as {{ text_type() }}) as interval,
        cast(null as timestamp) as opened_at,
        actions.provider,
        actions.file_seq,
        actions.row_number,
        actions.request_id,
        'dividend of ' || actions.value || ' is '
        || {{ percent_text('shares.dividend_share') }} || ' of the price; the price moved '
        || coalesce({{ percent_text('moves.price_move') }}, 'unknown') as detail,
        shares.ex_date
    from shares
    inner join actions
        on shares.instrument_id = actions.instrument_id
        and shares.ex_date = actions.ex_date
    inner join instruments on shares.instrument_id = instruments.instrument_id
    left join moves
        on shares.instrument_id = moves.instrument_id
        and shares.ex_date = moves.session_date
    where
        shares.dividend_share > {{ var('dividend_share_limit') }}
        or (
            shares.dividend_share > {{ var('dividend_share_noticed') }}
            and moves.price_move - moves.market_move > -shares.dividend_share / 2
        )

),

{{ findings(
    'dividend_implausible',
    table_name="'corporate_actions'",
    key="found.symbol || ' dividend ' || found.ex_date",
) }}
