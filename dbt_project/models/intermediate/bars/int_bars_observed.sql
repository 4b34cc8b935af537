with

bars as (

    select * from {{ ref('int_bars_received') }}

),

providers as (

    select * from {{ ref('providers') }}

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

sessions as (

    select * from {{ ref('stg_calendar__sessions') }}

),

sessions_by_utc_date as (

    select * from {{ ref('int_sessions_by_utc_date') }}

),

joined as (

    select
        bars.*,
        symbols.instrument_id,
        symbols.asset_class,
        symbols.currency as instrument_currency,
        landing_files.group_seq,
        landing_files.accepted_at,
        intraday.break_starts_at,
        intraday.break_ends_at,
        coalesce(requests.requested_at, landing_files.accepted_at) as observed_at,
        coalesce(daily.session_date, intraday.session_date) as session_date,
        coalesce(daily.opens_at, intraday.opens_at) as session_opens_at,
        coalesce(daily.closes_at, intraday.closes_at) as session_closes_at,
        {{ bar_end('bars', 'daily.closes_at', 'intraday') }} as closed_at,
        case when bars.interval = '1d' then daily.opens_at else bars.stamped_at end
            as opened_at
    from bars
    left join requests on bars.request_id = requests.request_id
    left join landing_files on bars.file_seq = landing_files.file_seq
    left join providers on bars.provider = providers.provider
    left join symbols
        on bars.provider = symbols.provider
        and bars.provider_symbol = symbols.provider_symbol
        and {{ held_on('symbols', symbol_instant()) }}
    {{ session_joins('bars', 'symbols') }}

)

select * from joined
