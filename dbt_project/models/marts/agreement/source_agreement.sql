{{ config(tags=['agreement']) }}

with

ranked as (

    select * from {{ ref('int_providers_ranked') }}

),

compared as (

    select * from {{ ref('int_providers_compared') }}

),

universe as (

    select * from {{ ref('int_universe_combined') }}

),

ordered as (

    select
        *,
        row_number() over (
            partition by instrument_id, interval, opened_at
            order by
                severity desc, price_difference desc,
                volume_difference desc nulls last, other_provider asc
        ) as place
    from compared

),

final as (

    select
        ranked.instrument_id,
        universe.symbol,
        ranked.interval,
        ranked.opened_at,
        ranked.session_date,
        ranked.provider as chosen_provider,
        worst.other_provider,
        worst.price_difference,
        worst.volume_difference,
        cast(ranked.providers as integer) as providers,
        case worst.severity
            when 1 then 'agree'
            when 2 then 'volume_only'
            when 3 then 'basis_differs'
            when 4 then 'conflict'
            else 'single'
        end as class,
        case when worst.severity = 3 then worst.ratio end as price_ratio
    from ranked
    inner join universe on ranked.instrument_id = universe.instrument_id
    left join ordered as worst
        on ranked.instrument_id = worst.instrument_id
        and ranked.interval = worst.interval
        and ranked.opened_at = worst.opened_at
        and worst.place = 1
    where ranked.place = 1

)

select * from final
