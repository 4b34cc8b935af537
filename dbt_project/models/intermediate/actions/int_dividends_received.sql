with

yahoo_dividends as (

    select * from {{ ref('stg_yahoo__dividends') }}

),

massive_dividends as (

    select * from {{ ref('int_dividends_summed') }}

),

fmp_dividends as (

    select * from {{ ref('stg_fmp__dividends') }}

),

alpha_vantage_dividends as (

    select * from {{ ref('stg_alpha_vantage__dividends') }}

),

received as (

    select
        {{ action_keys() }},
        stamped_at,
        cast(null as date) as ex_date,
        currency,
        amount
    from yahoo_dividends

    union all

    select
        {{ action_keys() }},
        cast(null as timestamp) as stamped_at,
        ex_date,
        currency,
        amount
    from massive_dividends

    union all

    select
        {{ action_keys() }},
        stamped_at,
        cast(null as date) as ex_date,
        currency,
        amount
    from fmp_dividends

    union all

    select
        {{ action_keys() }},
        cast(null as timestamp) as stamped_at,
        ex_date,
        cast(null as {{ text_type() }}) as currency,
        amount
    from alpha_vantage_dividends

)

select * from received
