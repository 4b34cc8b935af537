with

compared as (

    select
        *,
        prices_apart like '%,%' as several_apart,
        abs(ln(nullif(greatest(ratio, 0), 0))) >= ln({{ var('smallest_split') }}) as is_far
    from {{ ref('int_providers_compared') }}

),

likened as (

    select * from {{ ref('int_neighbours_likened') }}

),

foreign_bars as (

    select * from {{ ref('int_foreign_bars_found') }}

),

ratios as (

    select * from {{ ref('int_ratios_explained') }}

),

explained as (

    select
        compared.*,
        case
            when compared.prices_agree and compared.volumes_agree then null
            when compared.prices_agree then {{ cause_of_volumes() }}
            when
                compared.one_ratio and compared.is_far and foreign_bars.instrument_id is null
                then {{ cause_of_ratio() }}
            when compared.several_apart and likened.is_shifted then 'shifted'
            when compared.several_apart and likened.is_stale then 'stale'
            when compared.is_inverted then 'inverted'
            when foreign_bars.instrument_id is not null then 'other_instrument'
            when compared.one_ratio then {{ cause_of_ratio() }}
            when {{ open_and_close_swapped() }} then 'swapped'
            when not compared.several_apart then 'one_price'
            else 'several_prices'
        end as likely_cause
    from compared
    left join likened
        on {{ same_bar('compared', 'likened') }}
        and compared.other_provider = likened.other_provider
    left join foreign_bars
        on {{ same_bar('compared', 'foreign_bars') }}
        and compared.other_provider = foreign_bars.other_provider
    left join ratios
        on {{ same_bar('compared', 'ratios') }}
        and compared.other_provider = ratios.other_provider

),

final as (

    select
        *,
        case
            when prices_agree and volumes_agree then 1
            when prices_agree then 2
            when likely_cause in ('shifted', 'stale', 'other_instrument') then 4
            when is_inverted or one_ratio then 3
            else 4
        end as severity
    from explained

)

select * from final
