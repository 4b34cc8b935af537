{{ config(materialized='view', tags=['operations']) }}

with

rules as (

    select * from {{ ref('stg_tapehouse__rules_in_force') }}

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

snapshots as (

    select
        file_seq,
        lag(file_seq) over (order by file_seq) as previous_file_seq
    from (select distinct file_seq from rules) as landed

),

old_rules as (

    select
        snapshots.file_seq,
        rules.kind,
        rules.name,
        rules.value
    from rules
    inner join snapshots on rules.file_seq = snapshots.previous_file_seq

),

new_rules as (

    select
        rules.file_seq,
        rules.kind,
        rules.name,
        rules.value
    from rules
    inner join snapshots on rules.file_seq = snapshots.file_seq
    where snapshots.previous_file_seq is not null

),

final as (

    select
        old_rules.value as old_value,
        new_rules.value as new_value,
        landing_files.run_id,
        landing_files.file_seq,
        landing_files.accepted_at as known_at,
        coalesce(new_rules.kind, old_rules.kind) as kind,
        coalesce(new_rules.name, old_rules.name) as name
    from new_rules
    full outer join old_rules
        on new_rules.file_seq = old_rules.file_seq
        and new_rules.kind = old_rules.kind
        and new_rules.name = old_rules.name
    inner join landing_files
        on coalesce(new_rules.file_seq, old_rules.file_seq) = landing_files.file_seq
    where coalesce(new_rules.value, '') <> coalesce(old_rules.value, '')

)

select * from final
