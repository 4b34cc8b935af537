{% macro window_mean(window) -%}
    {#- Differences of exact running sums: the same bits from any start. -#}
    case
        when bar_number >= {{ window }}
            then cast(
                running_close - coalesce(lag(running_close, {{ window }}) over series, 0)
                as {{ f8() }}
            ) / {{ window }}
    end
{%- endmacro %}

{% macro windowed_closes(closes, partition_columns, mean_windows, band_window) -%}
    {#- Adds sma_<n> for every window, band_deviation (population) and the
        running sums of gains and losses that seed Wilder's averages. -#}
    {%- set series = partition_columns | join(', ') -%}
    with

    summed as (

        select
            *,
            sum(close) over series as running_close,
            sum(gain) over series as running_gain,
            sum(loss) over series as running_loss,
            sum(close) over band as band_sum,
            sum(cast(close as decimal(19, 8)) * cast(close as decimal(19, 8))) over band
                as band_square_sum
        from {{ closes }}
        window
            series as (
                partition by {{ series }} order by bar_number
                rows between unbounded preceding and current row
            ),
            band as (
                partition by {{ series }} order by bar_number
                rows between {{ band_window - 1 }} preceding and current row
            )

    ),

    meaned as (

        select
            *,
            {%- for window in mean_windows | unique %}
            {{ window_mean(window) }} as sma_{{ window }},
            {%- endfor %}
            case
                when bar_number >= {{ band_window }}
                    then sqrt(
                        cast(
                            {{ band_window }} * band_square_sum
                            - cast(band_sum as decimal(19, 8)) * cast(band_sum as decimal(19, 8))
                            as {{ f8() }}
                        )
                    ) / {{ band_window }}
            end as band_deviation
        from summed
        window series as (partition by {{ series }} order by bar_number)

    )

    select * from meaned
{%- endmacro %}

{% macro mean_windows() %}
    {{ return(
        var('sma_windows')
        + [var('ema_fast_window'), var('ema_slow_window'), var('band_window')]
    ) }}
{% endmacro %}
