{% macro newest_action_versions(versions) -%}
    select * from (
        select
            versions.*,
            row_number() over (
                partition by instrument_id, action, ex_date, provider
                order by version_number desc
            ) as age
        from {{ versions }} as versions
    ) as aged
    where age = 1
{%- endmacro %}

{% macro actions_chosen(actions, providers) -%}
    {#- Each action from the provider with the smallest priority that lists it. -#}
    select
        instrument_id,
        action,
        ex_date,
        provider,
        value,
        known_seq
    from (
        select
            actions.*,
            providers.priority,
            row_number() over (
                partition by actions.instrument_id, actions.action, actions.ex_date
                order by providers.priority asc, actions.provider asc
            ) as place
        from {{ actions }} as actions
        inner join {{ providers }} as providers on actions.provider = providers.provider
    ) as ranked
    where place = 1 and not exists ({{ told_nearby(actions, providers, 'ranked') }})
{%- endmacro %}

{% macro told_nearby(actions, providers, action) -%}
    {#- The same action, listed a few days off by a provider that goes before: it must not count
        twice. Of dividends a special one may follow a regular one, so amounts must be alike. -#}
    select 1
    from {{ actions }} as near
    inner join {{ providers }} as better on near.provider = better.provider
    where
        near.instrument_id = {{ action }}.instrument_id
        and near.action = {{ action }}.action
        and near.ex_date <> {{ action }}.ex_date
        and near.ex_date >= {{ action }}.ex_date - {{ var('action_days') }}
        and near.ex_date <= {{ action }}.ex_date + {{ var('action_days') }}
        and better.priority < {{ action }}.priority
        and (
            near.action = 'split'
            or abs(near.value - {{ action }}.value) <= {{ var('action_likeness') }} * near.value
        )
{%- endmacro %}

{% macro closes_before_dividends(actions, versions, providers) -%}
    {#- The newest daily close, as traded, before each dividend's ex date; ten
        days reach back over any holiday to the session before. -#}
    select
        instrument_id,
        provider,
        ex_date,
        session_date,
        close,
        known_seq
    from (
        select
            actions.instrument_id,
            actions.provider,
            actions.ex_date,
            versions.session_date,
            versions.close,
            versions.known_seq,
            row_number() over (
                partition by actions.instrument_id, actions.provider, actions.ex_date
                order by
                    versions.session_date desc,
                    providers.priority asc,
                    versions.provider asc,
                    versions.version_number desc
            ) as place
        from (
            select * from {{ actions }}
            where action = 'dividend'
        ) as actions
        cross join (
            {%- for days in range(1, 11) %}
            select {{ days }} as days_back{{ ' union all' if not loop.last }}
            {%- endfor %}
        ) as reaches
        inner join {{ versions }} as versions
            on actions.instrument_id = versions.instrument_id
            and actions.ex_date - reaches.days_back = versions.session_date
            and versions.interval = '1d'
        inner join {{ providers }} as providers on versions.provider = providers.provider
    ) as closes
    where place = 1
{%- endmacro %}
