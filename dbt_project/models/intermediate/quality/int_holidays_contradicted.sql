with

listed as (

    select
        *,
        case exchange when 'NYSE' then 'XNYS' when 'NASDAQ' then 'XNAS' end as calendar
    from {{ ref('stg_massive__market_holidays') }}

),

newest_list as (

    select max(file_seq) as file_seq from listed

),

newest as (

    select listed.*
    from listed
    inner join newest_list on listed.file_seq = newest_list.file_seq

),

sessions as (

    select * from {{ ref('stg_calendar__sessions') }}

),

contradicted as (

    select
        newest.calendar,
        newest.holiday_date as session_date,
        case
            when newest.status = 'closed'
                then
                    'a session, but ' || newest.provider || ' lists '
                    || coalesce(newest.name, 'a holiday')
            else 'another close than ' || newest.provider || ' lists'
        end as detail
    from newest
    inner join sessions
        on newest.calendar = sessions.calendar
        and newest.holiday_date = sessions.session_date
    where
        newest.status = 'closed'
        or (newest.status = 'early-close' and newest.closes_at <> sessions.closes_at)

)

select * from contradicted
