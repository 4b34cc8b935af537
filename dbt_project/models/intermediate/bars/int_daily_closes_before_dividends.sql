with

actions as (

    select * from {{ ref('corporate_actions') }}

),

versions as (

    select * from {{ ref('bar_versions') }}

),

providers as (

    select * from {{ ref('providers') }}

),

candidate_dates as (

    {#- Ten days reach back over any holiday to the session before. #}
    {%- for days in range(1, 11) %}
    select
        instrument_id,
        provider,
        ex_date,
        ex_date - {{ days }} as session_date
    from actions
    where action = 'dividend'
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

closes as (

    select
        candidate_dates.instrument_id,
        candidate_dates.provider,
        candidate_dates.ex_date,
        versions.session_date,
        versions.close,
        versions.file_seq,
        row_number() over (
            partition by
                candidate_dates.instrument_id,
                candidate_dates.provider,
                candidate_dates.ex_date
            order by
                versions.session_date desc,
                providers.priority asc,
                versions.provider asc,
                versions.version_number desc
        ) as place
    from candidate_dates
    inner join versions
        on candidate_dates.instrument_id = versions.instrument_id
        and candidate_dates.session_date = versions.session_date
        and versions.interval = '1d'
    inner join providers on versions.provider = providers.provider

),

final as (

    select
        instrument_id,
        provider,
        ex_date,
        session_date,
        close,
        file_seq
    from closes
    where place = 1

)

select * from final
