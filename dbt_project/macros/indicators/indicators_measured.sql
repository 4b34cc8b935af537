{% macro indicators_measured(lines, signals) -%}
    {#- What people read: lines, bands and strengths from the averages. -#}
    select
        instrument_id,
        symbol,
        date,
        close,
        {%- for window in var('sma_windows') %}
        sma_{{ window }},
        {%- endfor %}
        ema_{{ var('ema_fast_window') }},
        ema_{{ var('ema_slow_window') }},
        case when macd_signal is not null then macd_line end as macd_line,
        macd_signal,
        macd_line - macd_signal as macd_histogram,
        case
            when average_gain + average_loss = 0 then 0
            else 100 * average_gain / (average_gain + average_loss)
        end as rsi_{{ var('rsi_window') }},
        band_middle + band_reach as bb_upper,
        band_middle as bb_middle,
        band_middle - band_reach as bb_lower,
        2 * band_reach / nullif(band_middle, 0) as bb_width,
        (cast(close as {{ f8() }}) - (band_middle - band_reach))
        / nullif(2 * band_reach, 0) as bb_position,
        known_seq
    from (
        select
            lines.*,
            signals.macd_signal,
            lines.sma_{{ var('band_window') }} as band_middle,
            {{ var('band_deviations') }} * lines.band_deviation as band_reach
        from {{ lines }} as lines
        inner join {{ signals }} as signals
            on lines.instrument_id = signals.instrument_id
            and lines.bar_number = signals.bar_number
    ) as measured
{%- endmacro %}

{% macro macd_signals(lines) -%}
    with

    bare_lines as (

        select
            instrument_id,
            bar_number,
            macd_line,
            running_macd
        from {{ lines }}

    ),

    signals as (

        {{ recursive_averages('bare_lines', ['instrument_id'], signal_averages()) }}

    )

    select
        instrument_id,
        bar_number,
        macd_signal
    from signals
{%- endmacro %}
