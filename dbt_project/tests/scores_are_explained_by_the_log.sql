-- A row is a held bar whose score is not 1 less the weights of the rules that
-- the log holds against it, or a finding that counts against no score.
with

scores as (

    select * from {{ ref('data_quality_scores') }}

),

rules_broken as (

    select distinct
        log.instrument_id,
        log.interval,
        log.opened_at,
        log.rule,
        quality_rules.weight
    from {{ ref('data_quality_log') }} as log
    inner join {{ ref('quality_rules') }} as quality_rules on log.rule = quality_rules.rule
    where
        log.exception_reason is null
        and log.opened_at is not null
        and quality_rules.weight > 0

),

explained as (

    select
        instrument_id,
        interval,
        opened_at,
        greatest(1 - sum(weight), 0) as data_quality_score
    from rules_broken
    group by instrument_id, interval, opened_at

),

compared as (

    select
        scores.data_quality_score,
        coalesce(scores.instrument_id, explained.instrument_id) as instrument_id,
        coalesce(scores.interval, explained.interval) as interval,
        coalesce(scores.opened_at, explained.opened_at) as opened_at,
        coalesce(explained.data_quality_score, 1) as explained_score
    from scores
    full outer join explained
        on scores.instrument_id = explained.instrument_id
        and scores.interval = explained.interval
        and scores.opened_at = explained.opened_at

)

select * from compared
where data_quality_score is distinct from explained_score
