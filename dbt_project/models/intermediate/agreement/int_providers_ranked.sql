with

versions as (

    select * from {{ ref('bar_versions') }}

),

providers as (

    select * from {{ ref('providers') }}

),

newest as (

    select
        instrument_id,
        interval,
        opened_at,
        provider,
        max(version_number) as version_number
    from versions
    group by instrument_id, interval, opened_at, provider

),

ranked as (

    select
        versions.instrument_id,
        versions.interval,
        versions.opened_at,
        versions.session_date,
        versions.provider,
        versions.open,
        versions.high,
        versions.low,
        versions.close,
        versions.volume,
        row_number() over (
            partition by
                versions.instrument_id, versions.interval, versions.opened_at
            order by providers.priority asc, versions.provider asc
        ) as place,
        count(*) over (
            partition by
                versions.instrument_id, versions.interval, versions.opened_at
        ) as providers
    from versions
    inner join newest
        on versions.instrument_id = newest.instrument_id
        and versions.interval = newest.interval
        and versions.opened_at = newest.opened_at
        and versions.provider = newest.provider
        and versions.version_number = newest.version_number
    inner join providers on versions.provider = providers.provider

)

select * from ranked
