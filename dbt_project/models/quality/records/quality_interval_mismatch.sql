-- A row is a daily bar that the intraday bars of its session contradict.
with

compared as (

    select * from {{ ref('int_daily_bars_compared') }}

),

contradictions as (

    select * from compared
    where
        greatest(above, below) > {{ var('interval_mismatch_share') }}
        or (is_whole and least(above, below) < -{{ var('interval_mismatch_share') }})
        or (is_whole and abs(apart) > {{ var('interval_mismatch_share') }})

),

found as (

    select
        interval,
        {{ finding_columns() }},
        string_agg(
            'against its ' || compared_with
            || ' bars the high is off by ' || {{ percent_text('-above') }}
            || ', the low by ' || {{ percent_text('below') }}
            || ', the close by ' || {{ percent_text('-apart') }}, '; ' order by compared_with
        ) as detail
    from contradictions
    group by
        interval,
        {{ finding_columns() }}

),

{{ findings('interval_mismatch') }}
