with

source as (

    select * from {{ source('raw', 'calendar_sessions') }}

),

ranked as (

    select
        *,
        max(file_seq) over (partition by calendar) as newest_file_seq
    from source

),

newest as (

    select
        file_seq,
        row_number,
        calendar,
        session_date,
        opens_at,
        closes_at,
        break_starts_at,
        break_ends_at,
        is_early_close,
        library_version
    from ranked
    where file_seq = newest_file_seq

)

select * from newest
