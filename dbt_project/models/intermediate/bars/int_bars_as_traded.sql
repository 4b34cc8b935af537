with

bars as (

    select * from {{ ref('int_bars_observed') }}

),

split_factors as (

    select * from {{ ref('int_split_factors_cumulated') }}

),

at_session as (

    select
        bars.*,
        split_factors.later_ratio as ratio_after_session,
        case
            when split_factors.later_ratio is not null
                then {{ local_date('bars.observed_at', 'bars.exchange_timezone') }}
        end as observed_date,
        {{ minor_units('bars.currency') }} as minor_units
    from bars
    left join split_factors
        on bars.instrument_id = split_factors.instrument_id
        and bars.provider = split_factors.provider
        and bars.session_date >= split_factors.from_date
        and bars.session_date < split_factors.to_date

),

at_observation as (

    select
        at_session.*,
        coalesce(at_session.ratio_after_session, 1)
        / coalesce(split_factors.later_ratio, 1) as split_ratio
    from at_session
    left join split_factors
        on at_session.instrument_id = split_factors.instrument_id
        and at_session.provider = split_factors.provider
        and at_session.observed_date >= split_factors.from_date
        and at_session.observed_date < split_factors.to_date

),

as_traded as (

    select
        {{ observation_columns() }},
        split_ratio / minor_units as price_multiplier,
        split_ratio,
        {{ whole_currency('coalesce(currency, instrument_currency)') }} as currency,
        {%- for column in ['open', 'high', 'low', 'close'] %}
        coalesce({{ column }}, {{ as_traded_price(column ~ '_given') }}) as {{ column }},
        {%- endfor %}
        coalesce(volume, {{ safe_cast_to(
            'case when ' ~ is_finite('volume_given') ~ ' then round(volume_given / split_ratio) end',
            volume_type()
        ) }}) as volume
    from at_observation

)

select * from as_traded
