{{ config(tags=['quality']) }}

with

findings as (

    select * from {{ ref('int_quality_findings') }}

),

quality_rules as (

    select * from {{ ref('quality_rules') }}

),

exceptions as (

    select * from {{ ref('quality_exceptions') }}

),

instruments as (

    select * from {{ ref('instruments') }}

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
            as {{ score_type() }}
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
