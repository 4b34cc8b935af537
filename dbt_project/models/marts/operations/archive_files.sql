{{ config(materialized='view', tags=['operations']) }}

with

requests as (

    select * from {{ ref('stg_tapehouse__requests') }}
    where outcome = 'ok' and detail like 'sha256 %' and window_start is not null

),

files as (

    select
        provider,
        endpoint,
        provider_symbol,
        interval,
        window_start as covers_from_at,
        window_end as covers_until_at,
        substr(detail, 8, 64) as sha256,
        max(url) as url,
        min(requested_at) as first_read_at,
        max(requested_at) as last_read_at,
        count(*) as read_count,
        max(row_count) as row_count,
        max(byte_count) as byte_count
    from requests
    group by
        provider,
        endpoint,
        provider_symbol,
        interval,
        substr(detail, 8, 64),
        window_start,
        window_end

),

final as (

    select
        *,
        lag(sha256) over (
            partition by
                provider, endpoint, provider_symbol, interval, covers_from_at, covers_until_at
            order by first_read_at asc, sha256 asc
        ) as previous_sha256
    from files

)

select * from final
