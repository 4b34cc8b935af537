{{ config(materialized='table_function', parameters='instant', tags=['as_of']) }}

{{ bars_as_of('instant') }}
