with

dividends as (

    select * from {{ ref('stg_yahoo__dividends') }}

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

dated as (

    select
        symbols.instrument_id,
        dividends.provider,
        {{ local_date('dividends.stamped_at', 'time_zones.name') }} as ex_date,
        {{ local_date(
            'coalesce(requests.requested_at, landing_files.accepted_at)', 'time_zones.name'
        ) }} as observed_date,
        dividends.amount,
        {{ whole_currency('dividends.currency') }} as currency,
        {{ minor_units('dividends.currency') }} as minor_units,
        dividends.file_seq,
        dividends.row_number
    from dividends
    inner join symbols
        on dividends.provider = symbols.provider
        and dividends.provider_symbol = symbols.provider_symbol
    inner join time_zones on dividends.exchange_timezone = time_zones.name
    left join requests on dividends.request_id = requests.request_id
    left join landing_files on dividends.file_seq = landing_files.file_seq
    where dividends.amount > 0 and {{ is_finite('dividends.amount') }}

)

select * from dated
