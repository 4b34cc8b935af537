{{ dividend_shares(
    ref('int_actions_chosen'), ref('int_daily_closes_before_dividends')
) }}
