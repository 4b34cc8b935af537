{{ adjustments_by_ex_date(ref('int_actions_chosen'), ref('int_dividend_shares')) }}
