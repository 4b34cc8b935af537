-- The week of each instrument: from the last close before it to the last close in it. The volume
-- of a day is held against the mean of the 20 sessions before the week.
with

bars as (
    select
        daily_bars.*,
        landing_files.run_id,
        daily_bars.session_date >= $first as is_in_week,
        row_number() over (
            partition by daily_bars.instrument_id, daily_bars.session_date >= $first
            order by daily_bars.session_date desc
        ) as place_from_end
    from daily_bars
    left join landing_files
        on landing_files.file_seq = coalesce(daily_bars.file_seq, daily_bars.known_seq)
    where daily_bars.session_date <= $last
),

in_week as (
    select
        instrument_id,
        count(*) as session_count,
        max(session_date) as last_date,
        max(coalesce(high, close)) as high,
        min(coalesce(low, close)) as low,
        sum(volume) as volume,
        avg(volume) as volume_a_day,
        bool_or(is_partial) as is_partial,
        max(close) filter (place_from_end = 1) as close,
        max(provider) filter (place_from_end = 1) as provider
    from bars
    where is_in_week
    group by instrument_id
),

before as (
    select
        instrument_id,
        max(close) filter (place_from_end = 1) as previous_close,
        max(session_date) filter (place_from_end = 1) as previous_date,
        avg(volume) filter (place_from_end <= 20) as usual_volume
    from bars
    where not is_in_week
    group by instrument_id
),

brought as (
    select instrument_id, list_sort(list(distinct run_id)) as runs
    from bars
    where run_id is not null and (is_in_week or place_from_end = 1)
    group by instrument_id
),

recent as (
    select instrument_id, list(close order by session_date) as closes
    from (
        select
            *,
            row_number() over (partition by instrument_id order by session_date desc) as place
        from bars
    )
    where place <= 20
    group by instrument_id
)

select
    instruments.instrument_id,
    instruments.symbol,
    coalesce(instruments.name, instruments.symbol) as name,
    instruments.asset_class,
    instruments.groups,
    instruments.currency,
    in_week.* exclude (instrument_id),
    before.* exclude (instrument_id),
    daily_aggregates.volatility,
    coalesce(brought.runs, []) as runs,
    recent.closes
from in_week
inner join instruments on in_week.instrument_id = instruments.instrument_id
left join before on in_week.instrument_id = before.instrument_id
left join brought on in_week.instrument_id = brought.instrument_id
left join recent on in_week.instrument_id = recent.instrument_id
left join daily_aggregates
    on in_week.instrument_id = daily_aggregates.instrument_id
    and in_week.last_date = daily_aggregates.date
order by instruments.asset_class, instruments.instrument_id
