{{ config(materialized='view', tags=['familiar']) }}

{{ familiar_raw_data(['stock', 'etf']) }}
