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
        {%- for column in ['open', 'high', 'low', 'close', 'volume'] %}
        first_value({{ column }}_given) over same_bar as last_{{ column }}_given,
        {%- endfor %}
        row_number() over same_bar as place_from_last
    from judged_alone
    window same_bar as (
        partition by
            file_seq, known_seq, provider, instrument_id, interval, opened_at, rule_alone
        order by row_number desc
    )

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
            when place_from_last > 1 and ({{ is_as_last_given() }}) then 'duplicate'
            when place_from_last > 1 then 'duplicate_conflict'
        end as rule
    from compared

)

select * from final
