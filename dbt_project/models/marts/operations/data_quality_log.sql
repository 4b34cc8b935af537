{{ config(tags=['quality']) }}

{%- set rules = [
    'price_relations', 'not_finite_or_not_positive', 'off_grid', 'future_bar', 'duplicate_bar',
    'unknown_symbol', 'outside_session', 'out_of_range', 'null_bar', 'rejected_row',
    'basis_conflict', 'price_spike', 'level_shift', 'unexplained_split', 'unit_switch',
    'wick_spike', 'stale_bar', 'volume_spike', 'volume_zero', 'foreign_bar', 'interval_mismatch',
    'currency_changed', 'adjusted_close_disagrees', 'final_bar_restated', 'restatement_storm',
    'dividend_implausible', 'stale_instrument', 'calendar_contradicted',
] %}

with

findings as (

    {%- for rule in rules %}

    select * from {{ ref('quality_' ~ rule) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

quality_rules as (

    select * from {{ ref('quality_rules') }}

),

exceptions as (

    select * from {{ ref('quality_exceptions') }}

),

instruments as (

    select * from {{ ref('int_universe_combined') }}

),

excepted as (

    select
        findings.*,
        (
            select min(exceptions.reason)
            from exceptions
            where
                exceptions.rule = findings.rule
                and exceptions.symbol in ('*', instruments.symbol)
                and exceptions.interval in ('*', findings.interval)
                and (exceptions.from_at is null or exceptions.from_at <= findings.opened_at)
                and (exceptions.until_at is null or exceptions.until_at > findings.opened_at)
        ) as exception_reason
    from findings
    left join instruments on findings.instrument_id = instruments.instrument_id

),

final as (

    select
        excepted.run_id,
        excepted.rule,
        excepted.severity,
        excepted.table_name,
        excepted.key,
        excepted.detail,
        cast(
            case when excepted.exception_reason is null then quality_rules.weight else 0 end
            as decimal(3, 2)
        ) as weight,
        excepted.exception_reason,
        excepted.instrument_id,
        excepted.interval,
        excepted.opened_at,
        excepted.provider,
        excepted.file_seq,
        excepted.row_number,
        excepted.request_id
    from excepted
    inner join quality_rules on excepted.rule = quality_rules.rule

)

select * from final
