-- A row is a request for bars whose answer lost or gained rows on the way.
with

requests as (

    select * from {{ ref('stg_tapehouse__requests') }}
    where endpoint in ('bars', 'file')

),

damaged_groups as (

    select group_seq from {{ ref('stg_tapehouse__landing_files') }}
    where state = 'damaged'

),

landing_files as (

    select * from {{ ref('stg_tapehouse__landing_files') }}

),

landed as (

    {%- for model in [
        'stg_yahoo__bars', 'stg_yahoo__dividends', 'stg_yahoo__splits',
        'stg_binance__bars', 'stg_massive__bars', 'stg_fmp__bars', 'stg_fmp__treasury_rates',
        'stg_alpha_vantage__bars', 'stg_file_drop__bars', 'stg_tapehouse__rejected_rows',
    ] %}

    select
        request_id,
        count(*) as row_count
    from {{ ref(model) }}
    group by request_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

landed_by_request as (

    select
        request_id,
        sum(row_count) as row_count
    from landed
    group by request_id

),

compared as (

    select
        requests.request_id,
        coalesce(requests.row_count, 0) as rows_received,
        coalesce(landed_by_request.row_count, 0) as rows_landed
    from requests
    inner join landing_files on requests.file_seq = landing_files.file_seq
    left join damaged_groups
        on landing_files.group_seq = damaged_groups.group_seq
    left join landed_by_request
        on requests.request_id = landed_by_request.request_id
    where damaged_groups.group_seq is null

)

select * from compared
where rows_received <> rows_landed
