{{ config(materialized='table_function', parameters='instant', tags=['as_of']) }}

{{ indicators_as_of('instant') }}
