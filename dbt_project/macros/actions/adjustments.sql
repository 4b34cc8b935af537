{% macro dividend_shares(actions, closes) -%}
    {#- A dividend over the close before, both on the ex date's split basis. -#}
    select
        dividends.instrument_id,
        dividends.ex_date,
        dividends.known_seq,
        dividends.amount
        * coalesce({{ product_of('splits.value') }}, 1)
        / nullif(cast(dividends.close as {{ f8() }}), 0) as dividend_share
    from (
        select
            actions.instrument_id,
            actions.ex_date,
            actions.value as amount,
            closes.close,
            closes.session_date,
            greatest(actions.known_seq, closes.known_seq) as known_seq
        from {{ actions }} as actions
        inner join {{ closes }} as closes
            on actions.instrument_id = closes.instrument_id
            and actions.provider = closes.provider
            and actions.ex_date = closes.ex_date
        where actions.action = 'dividend'
    ) as dividends
    left join {{ actions }} as splits
        on dividends.instrument_id = splits.instrument_id
        and dividends.session_date < splits.ex_date
        and dividends.ex_date >= splits.ex_date
        and splits.action = 'split'
    group by
        dividends.instrument_id,
        dividends.ex_date,
        dividends.known_seq,
        dividends.amount,
        dividends.close
{%- endmacro %}

{% macro adjustments_by_ex_date(actions, shares) -%}
    select
        coalesce(splits.instrument_id, shares.instrument_id) as instrument_id,
        coalesce(splits.ex_date, shares.ex_date) as ex_date,
        coalesce(splits.value, 1) as split_ratio,
        case
            when shares.dividend_share < 1 then 1 - shares.dividend_share
            else 1
        end as dividend_ratio,
        greatest(coalesce(splits.known_seq, 0), coalesce(shares.known_seq, 0)) as known_seq
    from (
        select * from {{ actions }}
        where action = 'split'
    ) as splits
    full outer join {{ shares }} as shares
        on splits.instrument_id = shares.instrument_id
        and splits.ex_date = shares.ex_date
{%- endmacro %}

{% macro cumulated_factors(adjustments) -%}
    select
        instrument_id,
        from_date,
        to_date,
        {{ round_significant('split_factor', 12) }} as split_factor,
        {{ round_significant('dividend_factor', 12) }} as dividend_factor,
        known_seq
    from (
        select
            instrument_id,
            coalesce(
                lag(ex_date) over (partition by instrument_id order by ex_date),
                date '0001-01-01'
            ) as from_date,
            ex_date as to_date,
            {{ product_of('split_ratio') }} over later_actions as split_factor,
            {{ product_of('dividend_ratio') }} over later_actions as dividend_factor,
            known_seq
        from {{ adjustments }}
        window later_actions as (
            partition by instrument_id order by ex_date desc
            rows between unbounded preceding and current row
        )
    ) as cumulated

    union all

    select
        instrument_id,
        max(ex_date) as from_date,
        date '9999-12-31' as to_date,
        1 as split_factor,
        1 as dividend_factor,
        cast(0 as bigint) as known_seq
    from {{ adjustments }}
    group by instrument_id
{%- endmacro %}
