with

bars as (

    select * from {{ ref('int_bars_observed') }}

),

split_rereads as (

    select * from {{ ref('int_split_rereads') }}

),

readings as (

    select
        bars.*,
        coalesce(split_rereads.known_seq, bars.group_seq) as known_seq,
        coalesce(split_rereads.known_at, bars.accepted_at) as known_at,
        split_rereads.known_seq is not null as is_reread
    from bars
    left join split_rereads
        on {{ reread_by_a_split('split_rereads', 'bars', 'bars.session_date') }}

)

select * from readings
