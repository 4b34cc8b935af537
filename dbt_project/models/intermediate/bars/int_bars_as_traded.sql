with

readings as (

    select * from {{ ref('int_bars_reread') }}

),

split_factors as (

    select * from {{ ref('int_split_factors_cumulated') }}

),

at_session as (

    select
        readings.*,
        split_factors.later_ratio as ratio_after_session,
        case
            when split_factors.later_ratio <> 1
                then {{ local_date('readings.observed_at', 'readings.exchange_timezone') }}
        end as observed_date,
        {{ minor_units('readings.currency') }} as minor_units
    from readings
    left join split_factors
        on {{ known_in_range('split_factors', 'readings', 'readings.session_date') }}

),

at_observation as (

    select
        at_session.*,
        coalesce(at_session.ratio_after_session, 1)
        / coalesce(split_factors.later_ratio, 1) as split_ratio,
        case
            when split_factors.from_date > at_session.session_date
                then split_factors.started_by_ratio
        end as newest_split_ratio
    from at_session
    left join split_factors
        on {{ known_in_range('split_factors', 'at_session', 'at_session.observed_date') }}

),

as_traded as (

    select
        {{ observation_columns() }},
        split_ratio / minor_units as price_multiplier,
        split_ratio,
        newest_split_ratio,
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
