{% macro factors_as_of(instant) -%}
    {#- CTEs over `as_of` that end in `factors`, as adjustment_factors was then. -#}
    versions as (

        {{ known_rows(ref('bar_versions')) }}

    ),

    action_versions as (

        {{ known_rows(ref('corporate_action_versions')) }}

    ),

    providers as (

        select * from {{ ref('providers') }}
        where known_at <= {{ instant }}

    ),

    actions as (

        {{ newest_action_versions('action_versions') }}

    ),

    chosen_actions as (

        {{ actions_chosen('actions', 'providers') }}

    ),

    closes as (

        {{ closes_before_dividends('actions', 'versions', 'providers') }}

    ),

    shares as (

        {{ dividend_shares('chosen_actions', 'closes') }}

    ),

    adjustments as (

        {{ adjustments_by_ex_date('chosen_actions', 'shares') }}

    ),

    factors as (

        {{ cumulated_factors('adjustments') }}

    )
{%- endmacro %}
