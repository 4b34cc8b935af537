{% macro dividend_walk(moving) -%}
    {#- The recursive CTE `walk` over the readings of dividends whose amount
        moved: each is compared with the amount that is current there. -#}
    {%- set ratio = 'pairs.next_amount / pairs.amount' -%}
walk as (

    select
        instrument_id,
        provider,
        ex_date,
        entry_number,
        1 as version_number,
        amount,
        cast(null as {{ f8() }}) as conflict_ratio,
        cast(null as timestamp) as conflict_since,
        true as is_born
    from {{ moving }}
    where entry_number = 1

    union all

    select
        instrument_id,
        provider,
        ex_date,
        entry_number,
        version_number + case when is_born then 1 else 0 end as version_number,
        case when is_born then next_amount else amount end as amount,
        case when has_moved and not is_born then ratio end as conflict_ratio,
        case
            when has_moved and not is_born
                then case when is_same_conflict then conflict_since else known_at end
        end as conflict_since,
        is_born
    from (
        select
            compared.*,
            has_moved and not (is_split_like and not is_confirmed) as is_born
        from (
            select
                pairs.*,
                {{ ratio }} as ratio,
                abs(pairs.next_amount - pairs.amount)
                > {{ var('dividend_tolerance') }} * pairs.amount as has_moved,
                not pairs.is_reread
                and {{ is_split_like(ratio, 'pairs.split_ratio', 'pairs.newest_split_ratio') }}
                    as is_split_like,
                {{ is_same_conflict(ratio, 'pairs') }} as is_same_conflict,
                {{ is_confirmed_conflict(ratio, 'pairs', 'pairs.known_at') }} as is_confirmed
            from (
                select
                    walk.instrument_id,
                    walk.provider,
                    walk.ex_date,
                    walk.version_number,
                    walk.amount,
                    walk.conflict_ratio,
                    walk.conflict_since,
                    moving.entry_number,
                    moving.amount as next_amount,
                    moving.known_at,
                    moving.is_reread,
                    moving.split_ratio,
                    moving.newest_split_ratio
                from walk
                inner join {{ moving }} as moving
                    on walk.instrument_id = moving.instrument_id
                    and walk.provider = moving.provider
                    and walk.ex_date = moving.ex_date
                    and walk.entry_number + 1 = moving.entry_number
            ) as pairs
        ) as compared
    ) as steps

)
{%- endmacro %}
