-- A finding belongs to the session of its bar, or without a bar to the day its file was accepted.
with

dated as (
    select
        data_quality_log.*,
        coalesce(
            trading_sessions.session_date,
            cast(data_quality_log.opened_at as date),
            cast(landing_files.accepted_at as date)
        ) as date
    from data_quality_log
    left join instruments on data_quality_log.instrument_id = instruments.instrument_id
    left join trading_sessions
        on instruments.calendar = trading_sessions.calendar
        and data_quality_log.opened_at >= trading_sessions.opens_at
        and data_quality_log.opened_at < trading_sessions.closes_at
    left join landing_files on data_quality_log.file_seq = landing_files.file_seq
)

select
    dated.rule,
    dated.severity,
    count(*) as found,
    count(*) filter (dated.exception_reason is not null) as excepted,
    count(distinct dated.instrument_id) as instrument_count,
    min(dated.key || ': ' || coalesce(dated.detail, '')) as example,
    min(quality_rules.description) as meaning,
    coalesce(
        list_sort(list(distinct dated.run_id) filter (dated.run_id is not null)), []
    ) as runs
from dated
left join seeds.quality_rules as quality_rules on dated.rule = quality_rules.rule
where dated.date between $first and $last
group by dated.rule, dated.severity
order by
    case dated.severity when 'alert' then 1 when 'warn' then 2 else 3 end,
    found desc,
    dated.rule
