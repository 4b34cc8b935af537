-- A row is a row that no typed raw table can hold.
with

quarantined as (

    select * from {{ ref('quarantined_rows') }}
    where rule = 'rejected'

),

asked as (

    select * from {{ ref('stg_tapehouse__requests') }}

),

found as (

    {#- What such a row is about, only its request and its payload know. #}
    select
        asked.instrument_id,
        quarantined.provider,
        asked.provider_symbol as symbol,
        asked.interval,
        {{ stamp_in('quarantined.payload') }} as opened_at,
        quarantined.table_name,
        quarantined.file_seq,
        quarantined.row_number,
        quarantined.request_id,
        quarantined.detail
    from quarantined
    left join asked on quarantined.request_id = asked.request_id

),

{{ findings(
    'rejected_row',
    table_name='found.table_name',
    key=bar_key('found.provider, found.symbol', 'found'),
) }}
