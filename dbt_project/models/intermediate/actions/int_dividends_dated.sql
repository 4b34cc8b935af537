with

dividends as (

    select * from {{ ref('int_dividends_received') }}

),

symbols as (

    select * from {{ ref('int_provider_symbols_listed') }}

),

requests as (

    select * from {{ ref('stg_tapehouse__requests') }}

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

time_zones as (

    {{ known_time_zones() }}

),

observed as (

    select
        dividends.*,
        landing_files.group_seq,
        landing_files.accepted_at,
        coalesce(requests.requested_at, landing_files.accepted_at) as observed_at
    from dividends
    inner join landing_files on dividends.file_seq = landing_files.file_seq
    left join requests on dividends.request_id = requests.request_id
    where dividends.amount > 0 and {{ is_finite('dividends.amount') }}

),

dated as (

    select
        symbols.instrument_id,
        observed.provider,
        coalesce(
            observed.ex_date, {{ local_date('observed.stamped_at', 'time_zones.name') }}
        ) as ex_date,
        observed.observed_at,
        -- A dividend that comes with its date is told in the shares of that date.
        coalesce(
            observed.ex_date, {{ local_date('observed.observed_at', 'time_zones.name') }}
        ) as observed_date,
        observed.amount,
        {{ whole_currency('observed.currency') }} as currency,
        {{ minor_units('observed.currency') }} as minor_units,
        observed.group_seq,
        observed.accepted_at,
        observed.file_seq,
        observed.row_number,
        observed.request_id
    from observed
    inner join symbols
        on observed.provider = symbols.provider
        and observed.provider_symbol = symbols.provider_symbol
        and {{ held_on('symbols', 'observed.observed_at') }}
    inner join time_zones on observed.exchange_timezone = time_zones.name

)

select * from dated
