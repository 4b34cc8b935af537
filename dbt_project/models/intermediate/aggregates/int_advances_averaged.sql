{{ recursive_averages(
    ref('int_advances_counted'), ['asset_class'], mcclellan_averages(), breadth_columns()
) }}
