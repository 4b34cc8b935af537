{% macro familiar_data(asset_classes) -%}
    {#- Daily bars of some kinds of instruments, under the names that analysts know. -#}
    with

    aggregates as (

        select * from {{ ref('daily_aggregates') }}
        where asset_class in ('{{ asset_classes | join("', '") }}')

    ),

    daily_bars as (

        select * from {{ ref('daily_bars') }}

    ),

    scores as (

        select * from {{ ref('data_quality_scores') }}
        where interval = '1d'

    )

    select
        aggregates.symbol,
        aggregates.date,
        aggregates.open,
        aggregates.high,
        aggregates.low,
        aggregates.close,
        daily_bars.close_total_return as adj_close,
        aggregates.volume,
        aggregates.price_change,
        aggregates.price_change_pct,
        aggregates.volatility,
        scores.data_quality_score,
        daily_bars.provider,
        daily_bars.currency,
        daily_bars.status,
        daily_bars.known_at,
        aggregates.instrument_id
    from aggregates
    inner join daily_bars
        on aggregates.instrument_id = daily_bars.instrument_id
        and aggregates.opened_at = daily_bars.opened_at
    left join scores
        on aggregates.instrument_id = scores.instrument_id
        and aggregates.opened_at = scores.opened_at
{%- endmacro %}

{% macro familiar_raw_data(asset_classes) -%}
    {#- Every daily row of some kinds of instruments as its provider gave it, the bad ones too. -#}
    with

    rows_given as (

        select * from {{ ref('int_bars_observed') }}
        where
            interval = '1d'
            and asset_class in ('{{ asset_classes | join("', '") }}')

    ),

    instruments as (

        select * from {{ ref('instruments') }}

    )

    select
        instruments.symbol,
        coalesce(rows_given.session_date, rows_given.local_date) as date,
        rows_given.open_given as open,
        rows_given.high_given as high,
        rows_given.low_given as low,
        rows_given.close_given as close,
        rows_given.volume_given as volume,
        rows_given.provider,
        rows_given.provider_symbol,
        rows_given.currency,
        rows_given.stamped_at,
        rows_given.observed_at,
        rows_given.accepted_at,
        rows_given.request_id,
        rows_given.file_seq,
        rows_given.row_number
    from rows_given
    inner join instruments on rows_given.instrument_id = instruments.instrument_id
{%- endmacro %}
