{{ config(tags=['bars']) }}

{{ cumulated_factors(ref('int_adjustments_by_ex_date')) }}
