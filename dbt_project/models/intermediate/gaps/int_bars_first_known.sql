with

versions as (

    select * from {{ ref('bar_versions') }}
    where version_number = 1

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

final as (

    select
        versions.instrument_id,
        versions.interval,
        versions.opened_at,
        min(versions.session_date) as session_date,
        min(versions.closed_at) as closed_at,
        min(versions.known_at) as first_known_at,
        min(landing_files.run_id) as first_run_id
    from versions
    inner join landing_files on versions.file_seq = landing_files.file_seq
    group by versions.instrument_id, versions.interval, versions.opened_at

)

select * from final
