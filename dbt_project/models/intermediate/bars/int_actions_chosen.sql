with

actions as (

    select * from {{ ref('corporate_actions') }}

),

providers as (

    select * from {{ ref('providers') }}

),

ranked as (

    select
        actions.*,
        row_number() over (
            partition by actions.instrument_id, actions.action, actions.ex_date
            order by providers.priority asc, actions.provider asc
        ) as place
    from actions
    inner join providers on actions.provider = providers.provider

),

final as (

    select
        instrument_id,
        action,
        ex_date,
        provider,
        value,
        file_seq
    from ranked
    where place = 1

)

select * from final
