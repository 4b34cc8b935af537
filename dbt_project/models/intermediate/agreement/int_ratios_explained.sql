{%- set volume_tolerance = var('agreement_ratio_tolerance') -%}

with

compared as (

    select
        *,
        {{ ratio_tolerance() }} as tolerance
    from {{ ref('int_providers_compared') }}
    where (one_ratio and not prices_agree) or (prices_agree and not volumes_agree)

),

factors as (

    select * from {{ ref('adjustment_factors') }}

),

-- What splits and dividends between the session and each later day make of a price.
expected as (

    select
        compared.instrument_id,
        compared.interval,
        compared.opened_at,
        compared.other_provider,
        compared.prices_agree,
        compared.ratio,
        compared.volume_ratio,
        compared.tolerance,
        then_on.split_factor / later.split_factor as splits,
        then_on.dividend_factor / later.dividend_factor as dividends
    from compared
    inner join factors as then_on
        on compared.instrument_id = then_on.instrument_id
        and compared.session_date >= then_on.from_date
        and compared.session_date < then_on.to_date
    inner join factors as later
        on compared.instrument_id = later.instrument_id
        and then_on.from_date < later.from_date

),

fitted as (

    select
        *,
        splits <> 1 and case
            when not prices_agree then {{ near_ratio('ratio', 'splits', 'tolerance') }}
            else {{ near_ratio('volume_ratio', 'splits', volume_tolerance) }}
        end as fits_splits,
        not prices_agree and dividends <> 1
        and {{ near_ratio('ratio', 'dividends', 'tolerance') }} as fits_dividends,
        not prices_agree and splits <> 1 and dividends <> 1 and (
            {{ near_ratio('ratio', 'dividends / splits', 'tolerance') }}
            or {{ near_ratio('ratio', 'dividends * splits', 'tolerance') }}
        ) as fits_both
    from expected

),

final as (

    select
        instrument_id,
        interval,
        opened_at,
        other_provider,
        max(case when fits_splits then 1 else 0 end) = 1 as is_split,
        max(case when fits_dividends then 1 else 0 end) = 1 as is_dividend,
        max(case when fits_both then 1 else 0 end) = 1 as is_both
    from fitted
    group by instrument_id, interval, opened_at, other_provider

)

select * from final
