{% macro price_averages() -%}
    {#- TA-Lib's starts: an average begins at its window's last bar with the
        plain mean; MACD's fast average begins beside the slow one; Wilder's
        averages begin after as many changes as the window has bars. -#}
    {%- set fast = var('ema_fast_window') -%}
    {%- set slow = var('ema_slow_window') -%}
    {%- set rsi = var('rsi_window') -%}
    {{ return([
        {'name': 'ema_' ~ fast, 'value': 'close', 'alpha': 2 / (fast + 1),
            'start': fast, 'seed': 'sma_' ~ fast},
        {'name': 'ema_' ~ slow, 'value': 'close', 'alpha': 2 / (slow + 1),
            'start': slow, 'seed': 'sma_' ~ slow},
        {'name': 'macd_fast', 'value': 'close', 'alpha': 2 / (fast + 1),
            'start': slow, 'seed': 'sma_' ~ fast},
        {'name': 'average_gain', 'value': 'gain', 'alpha': 1 / rsi,
            'start': rsi + 1, 'seed': 'cast(running_gain as ' ~ f8() ~ ') / ' ~ rsi},
        {'name': 'average_loss', 'value': 'loss', 'alpha': 1 / rsi,
            'start': rsi + 1, 'seed': 'cast(running_loss as ' ~ f8() ~ ') / ' ~ rsi},
    ]) }}
{%- endmacro %}

{% macro signal_averages() -%}
    {%- set signal = var('macd_signal_window') -%}
    {{ return([
        {'name': 'macd_signal', 'value': 'macd_line', 'alpha': 2 / (signal + 1),
            'start': var('ema_slow_window') + signal - 1,
            'seed': 'running_macd / ' ~ signal},
    ]) }}
{%- endmacro %}

{% macro macd_lines(averaged, partition_columns) -%}
    select
        *,
        sum(macd_line) over (
            partition by {{ partition_columns | join(', ') }} order by bar_number
            rows between unbounded preceding and current row
        ) as running_macd
    from (
        select
            *,
            macd_fast - ema_{{ var('ema_slow_window') }} as macd_line
        from {{ averaged }}
    ) as lines
{%- endmacro %}
