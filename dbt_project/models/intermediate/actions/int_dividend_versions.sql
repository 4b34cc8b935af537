with recursive

entries as (

    select
        *,
        row_number() over (
            partition by instrument_id, provider, ex_date
            order by known_seq, file_seq, row_number
        ) as entry_number
    from {{ ref('int_dividends_as_paid') }}

),

spreads as (

    select
        instrument_id,
        provider,
        ex_date,
        max(amount) - min(amount) > {{ var('dividend_tolerance') }} * min(amount) as is_moving
    from entries
    group by instrument_id, provider, ex_date

),

moving as (

    select entries.*
    from entries
    inner join spreads
        on entries.instrument_id = spreads.instrument_id
        and entries.provider = spreads.provider
        and entries.ex_date = spreads.ex_date
    where spreads.is_moving

),

{{ dividend_walk('moving') }},

born as (

    select
        entries.*,
        cast(coalesce(walk.version_number, 1) as integer) as version_number
    from entries
    left join walk
        on entries.instrument_id = walk.instrument_id
        and entries.provider = walk.provider
        and entries.ex_date = walk.ex_date
        and entries.entry_number = walk.entry_number
        and walk.is_born
    where entries.entry_number = 1 or walk.is_born

),

final as (

    select
        instrument_id,
        provider,
        ex_date,
        version_number,
        amount,
        currency,
        known_seq,
        known_at,
        file_seq,
        row_number,
        request_id
    from born

)

select * from final
