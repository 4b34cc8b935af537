{{ config(materialized='table_function', parameters='instant', tags=['as_of']) }}

{{ universe_as_of('instant') }}
