with

bars as (

    select * from {{ ref('int_bars_as_traded') }}

),

judged_alone as (

    select
        *,
        {{ rule_broken_alone() }} as rule_alone
    from bars

),

compared as (

    select
        *,
        row_number() over (
            partition by
                file_seq, known_seq, provider, instrument_id, interval, opened_at,
                rule_alone
            order by row_number desc
        ) as place_from_last,
        row_number() over (
            partition by
                file_seq, known_seq, provider, instrument_id, interval, opened_at,
                rule_alone, open_given, high_given, low_given, close_given, volume_given
            order by row_number desc
        ) as place_from_last_equal
    from judged_alone

),

final as (

    select
        {{ observation_columns() }},
        price_multiplier,
        split_ratio,
        newest_split_ratio,
        currency,
        open,
        high,
        low,
        close,
        volume,
        case
            when rule_alone is not null then rule_alone
            when place_from_last_equal > 1 then 'duplicate'
            when place_from_last > 1 then 'duplicate_conflict'
        end as rule
    from compared

)

select * from final
