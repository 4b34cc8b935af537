{{ config(tags=['market']) }}

with

observed as (

    select * from {{ ref('int_symbols_observed') }}

),

compared as (

    select
        *,
        lag(status) over states as previous_status,
        lag(state) over states as previous_state
    from observed
    window states as (partition by instrument_id, provider order by observed_at)

),

changed as (

    select
        *,
        lead(observed_at) over (
            partition by instrument_id, provider order by observed_at
        ) as observed_until_at
    from compared
    where previous_state is null or previous_state <> state

),

final as (

    select
        instrument_id,
        symbol,
        provider,
        observed_at,
        observed_until_at,
        previous_status,
        {%- for column in states_of_symbols() %}
        {{ column }},
        {%- endfor %}
        known_at,
        request_id,
        file_seq,
        row_number
    from changed

)

select * from final
