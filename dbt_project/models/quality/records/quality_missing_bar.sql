-- A row is a bar that was asked for, is expected, and is not held.
with

gaps as (

    {#- A minute without a bar is most often a minute without a trade. #}
    select * from {{ ref('bar_gaps') }}
    where
        state in ('open', 'retrying', 'absent_at_provider')
        and attempts > 0
        and interval <> '1m'

),

found as (

    select
        instrument_id,
        symbol,
        interval,
        opened_at,
        providers as provider,
        {{ no_row() }},
        state || ' after ' || attempts || ' attempts: ' || reason as detail
    from gaps

),

{{ findings('missing_bar', table_name="'bar_gaps'") }}
