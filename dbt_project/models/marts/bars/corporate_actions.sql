{{ config(tags=['bars']) }}

with

current_versions as (

    {{ newest_action_versions(ref('corporate_action_versions')) }}

),

providers as (

    select * from {{ ref('providers') }}

),

final as (

    select
        current_versions.instrument_id,
        current_versions.action,
        current_versions.ex_date,
        current_versions.provider,
        current_versions.value,
        current_versions.currency,
        providers.price_basis as declared_basis,
        current_versions.version_number,
        current_versions.known_at,
        current_versions.known_seq,
        current_versions.request_id,
        current_versions.file_seq,
        current_versions.row_number
    from current_versions
    left join providers on current_versions.provider = providers.provider

)

select * from final
