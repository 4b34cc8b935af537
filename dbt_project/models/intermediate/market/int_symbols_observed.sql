with

received as (

    select * from {{ ref('stg_binance__symbols') }}

),

symbols as (

    select * from {{ ref('int_provider_symbols_listed') }}

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

ranked as (

    select
        received.*,
        symbols.instrument_id,
        symbols.symbol,
        landing_files.accepted_at as known_at,
        {{ state_of_symbol('received') }} as state,
        row_number() over (
            partition by symbols.instrument_id, received.provider, received.observed_at
            order by received.file_seq, received.row_number
        ) as place
    from received
    left join landing_files on received.file_seq = landing_files.file_seq
    inner join symbols
        on received.provider = symbols.provider
        and received.provider_symbol = symbols.provider_symbol
        and {{ held_on('symbols', 'received.observed_at') }}

),

final as (

    select
        instrument_id,
        symbol,
        provider,
        observed_at,
        state,
        {%- for column in states_of_symbols() %}
        {{ column }},
        {%- endfor %}
        known_at,
        request_id,
        file_seq,
        row_number
    from ranked
    where place = 1

)

select * from final
