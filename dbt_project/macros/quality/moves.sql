{% macro followed_columns(relation=none) -%}
    {%- set columns = [
        'session_date', 'opened_at', 'closed_at', 'open', 'high', 'low', 'close',
        'close_total_return', 'volume', 'provider', 'request_id', 'file_seq', 'row_number',
    ] -%}
    {%- for column in columns -%}
        {{ relation ~ '.' if relation }}{{ column }}{{ ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro median_among_peers(column) -%}
    case when count(bar_move) >= {{ var('market_peers') }} then {{ median_of(column) }} else 0 end
{%- endmacro %}

{% macro usual_size(measure) -%}
    {#- The deviation that the median implies, or the mean of bounded sizes where
        most bars stand still. -#}
    greatest(
            1.4826 * cast(trained.median_{{ measure }} as {{ f8() }}),
            cast(trained.mean_{{ measure }} as {{ f8() }}),
            {{ var('least_usual_move') }}
        )
{%- endmacro %}

{% macro reverts(neighbour) -%}
    {#- Whether a neighbour's own move takes most of this one back. -#}
    coalesce(
        own_move * {{ neighbour }} < 0
        and abs(own_move + {{ neighbour }}) <= abs(own_move) / 2,
        false
    )
{%- endmacro %}

{% macro is_unit_switch() -%}
    (close_ratio >= {{ var('unit_switch_ratio') }} or close_ratio <= 1.0 / {{ var('unit_switch_ratio') }})
{%- endmacro %}

{% macro steps_overnight() -%}
    {#- The whole way to another level lies between two bars, turnover is what it
        always was, and neither neighbour takes it back. News moves turnover. -#}
    abs(own_move) > {{ var('shift_moves') }} * leniency * usual_move
        and abs(own_move) < ln({{ var('unit_switch_ratio') }})
        and gap * own_move > 0
        and abs(gap) >= 0.6 * abs(own_move)
        and coalesce(volume_ratio * least(close_ratio, 1), 0) < {{ var('shift_turnover') }}
        and not {{ reverts('own_move_before') }}
        and not {{ reverts('own_move_after') }}
{%- endmacro %}

{% macro is_split_sized() -%}
    {#- 3:2, or a whole number of shares for one, or of one for many. -#}
    least(
            abs(abs(gap) - ln(1.5)),
            abs(abs(gap) - ln(greatest(round(exp(abs(gap))), 2)))
        ) <= least(greatest(usual_move, 0.005), 0.03)
{%- endmacro %}
