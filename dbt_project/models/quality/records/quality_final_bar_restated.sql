-- A row is a version that changed a bar after it had been read as final.
with

restatements as (

    select * from {{ ref('restatements') }}
    where was_final

),

found as (

    select
        instrument_id,
        symbol,
        interval,
        opened_at,
        provider,
        file_seq,
        row_number,
        request_id,
        'moved when final: ' || string_agg(
            field || ' ' || old_value || ' to ' || new_value, ', ' order by field
        ) as detail
    from restatements
    group by
        instrument_id,
        symbol,
        interval,
        opened_at,
        provider,
        file_seq,
        row_number,
        request_id

),

{{ findings('final_bar_restated') }}
