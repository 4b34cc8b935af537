-- A row is a provider and interval whose landed bars are neither all counted
-- in a version nor all in quarantine.
with

landed as (

    select
        provider,
        interval,
        count(*) as rows_landed
    from {{ ref('int_bars_received') }}
    group by provider, interval

),

good as (

    select
        provider,
        interval,
        sum(observation_count + set_aside_count) as rows_good
    from {{ ref('bar_versions') }}
    group by provider, interval

),

quarantined as (

    select
        provider,
        interval,
        count(*) as rows_quarantined
    from {{ ref('quarantined_rows') }}
    where rule not in ('rejected', 'basis_conflict')
    group by provider, interval

),

marks as (

    select count(distinct built_to_file_seq) as mark_count
    from intermediate.build_marks
    where model in ('bar_versions', 'quarantined_rows')

),

compared as (

    select
        landed.provider,
        landed.interval,
        landed.rows_landed,
        coalesce(good.rows_good, 0) as rows_good,
        coalesce(quarantined.rows_quarantined, 0) as rows_quarantined
    from landed
    cross join marks
    left join good
        on landed.provider = good.provider
        and landed.interval = good.interval
    left join quarantined
        on landed.provider = quarantined.provider
        and landed.interval is not distinct from quarantined.interval
    where marks.mark_count = 1

)

select * from compared
where rows_landed <> rows_good + rows_quarantined
