with

yahoo_splits as (

    select * from {{ ref('stg_yahoo__splits') }}

),

massive_splits as (

    select * from {{ ref('stg_massive__splits') }}

),

fmp_splits as (

    select * from {{ ref('stg_fmp__splits') }}

),

alpha_vantage_splits as (

    select * from {{ ref('stg_alpha_vantage__splits') }}

),

received as (

    select
        {{ action_keys() }},
        stamped_at,
        cast(null as date) as ex_date,
        ratio
    from yahoo_splits

    union all

    select
        {{ action_keys() }},
        cast(null as timestamp) as stamped_at,
        ex_date,
        ratio
    from massive_splits

    union all

    select
        {{ action_keys() }},
        stamped_at,
        cast(null as date) as ex_date,
        ratio
    from fmp_splits

    union all

    select
        {{ action_keys() }},
        cast(null as timestamp) as stamped_at,
        ex_date,
        ratio
    from alpha_vantage_splits

)

select * from received
