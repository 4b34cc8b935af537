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

    {{ ranked_rows('received', ['observed_at'], 'received.observed_at') }}

),

final as (

    select
        instrument_id,
        symbol,
        provider,
        observed_at,
        {{ state_of_symbol() }} as state,
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
