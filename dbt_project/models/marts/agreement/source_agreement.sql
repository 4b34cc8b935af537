{{ config(tags=['agreement']) }}

with

ranked as (

    select * from {{ ref('int_providers_ranked') }}
    where place = 1

),

explained as (

    select * from {{ ref('int_disagreements_explained') }}

),

outvoted as (

    select * from {{ ref('int_providers_outvoted') }}

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
    from explained

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
        outvoted.outvoted,
        worst.likely_cause,
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
        nullif(worst.prices_apart, '') as prices_apart,
        case when worst.severity = 3 and worst.one_ratio then worst.ratio end as price_ratio
    from ranked
    inner join universe on ranked.instrument_id = universe.instrument_id
    left join ordered as worst
        on {{ same_bar('ranked', 'worst') }} and worst.place = 1
    left join outvoted on {{ same_bar('ranked', 'outvoted') }}

)

select * from final
