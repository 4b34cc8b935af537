{{ config(materialized='view', tags=['familiar']) }}

{{ familiar_data(['commodity']) }}
