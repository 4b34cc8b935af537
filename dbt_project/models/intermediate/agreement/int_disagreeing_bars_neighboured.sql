with

versions as (

    select * from {{ ref('bar_versions') }}

),

compared as (

    select * from {{ ref('int_providers_compared') }}
    where not prices_agree

),

lines as (

    select
        instrument_id,
        interval,
        other_provider as provider
    from compared

    union

    select
        instrument_id,
        interval,
        chosen_provider as provider
    from compared

),

held as (

    select
        versions.instrument_id,
        versions.interval,
        versions.provider,
        versions.opened_at,
        versions.version_number,
        {%- for column in ['open', 'high', 'low', 'close'] %}
        versions.{{ column }},
        {%- endfor %}
        lead(versions.version_number) over (
            partition by
                versions.instrument_id, versions.interval, versions.provider,
                versions.opened_at
            order by versions.version_number
        ) as newer_version
    from versions
    inner join lines
        on versions.instrument_id = lines.instrument_id
        and versions.interval = lines.interval
        and versions.provider = lines.provider

),

neighboured as (

    select
        instrument_id,
        interval,
        {%- for column in ['open', 'high', 'low', 'close'] %}
        lag({{ column }}) over same_line as previous_{{ column }},
        lead({{ column }}) over same_line as next_{{ column }},
        {%- endfor %}
        provider,
        opened_at
    from held
    where newer_version is null
    window same_line as (
        partition by instrument_id, interval, provider
        order by opened_at
    )

)

select * from neighboured
