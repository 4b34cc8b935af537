-- A row is a daily bar whose dividend-adjusted close is not what the provider made of it.
with

bars as (

    select * from {{ ref('daily_bars') }}

),

readings as (

    select * from {{ ref('stg_yahoo__bars') }}

),

requests as (

    select * from {{ ref('stg_tapehouse__requests') }}

),

factors as (

    select * from {{ ref('adjustment_factors') }}

),

compared as (

    {#- What was read knows the dividends up to the day it was read. #}
    select
        '1d' as interval,
        {{ finding_columns('bars') }},
        readings.adj_close / readings.close as theirs,
        coalesce(at_session.dividend_factor, 1) / coalesce(at_reading.dividend_factor, 1) as ours
    from bars
    inner join readings
        on bars.file_seq = readings.file_seq
        and bars.row_number = readings.row_number
        and bars.provider = readings.provider
    inner join requests on bars.request_id = requests.request_id
    left join factors as at_session
        on bars.instrument_id = at_session.instrument_id
        and bars.session_date >= at_session.from_date
        and bars.session_date < at_session.to_date
    left join factors as at_reading
        on bars.instrument_id = at_reading.instrument_id
        and cast(requests.requested_at as date) >= at_reading.from_date
        and cast(requests.requested_at as date) < at_reading.to_date
    where readings.adj_close > 0 and readings.close > 0

),

found as (

    select
        *,
        'adjusted by ' || {{ rounded('theirs', 9) }}
        || ', by our dividends ' || {{ rounded('ours', 9) }} as detail
    from compared
    where abs(theirs - ours) > {{ var('adjusted_close_tolerance') }} * ours

),

{{ findings('adjusted_close_disagrees') }}
