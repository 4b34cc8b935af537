with

lines as (

    select
        instrument_id,
        bar_number,
        macd_line,
        running_macd
    from {{ ref('int_daily_macd_lines') }}

),

signals as (

    {{ recursive_averages('lines', ['instrument_id'], signal_averages()) }}

)

select
    instrument_id,
    bar_number,
    macd_signal
from signals
