-- A row is a landing file that restates many bars of one instrument at once.
with

restatements as (

    select * from {{ ref('restatements') }}

),

found as (

    select
        instrument_id,
        symbol,
        interval,
        cast(null as timestamp) as opened_at,
        provider,
        file_seq,
        cast(null as integer) as row_number,
        min(request_id) as request_id,
        count(distinct opened_at) || ' bars restated at once, from '
        || min(session_date) || ' to ' || max(session_date) as detail
    from restatements
    group by instrument_id, symbol, interval, provider, file_seq
    having count(distinct opened_at) >= {{ var('storm_bars') }}

),

{{ findings(
    'restatement_storm',
    table_name="'restatements'",
    key=bar_key('found.provider, found.symbol', 'found'),
) }}
