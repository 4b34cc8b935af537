{% macro gap_reason() -%}
    case
        when state = 'waived' then waiver
        when quarantine_rule = 'null_bar' then 'the provider sent an empty row'
        when quarantine_rule is not null then 'quarantined: ' || quarantine_rule
        when is_out_of_range then 'the provider says out of range'
        when last_seen_at is not null then 'not in the answer'
        when is_beyond_reach and state <> 'healed'
            then 'further back than the provider gives'
        else coalesce(newest_outcome, 'not asked yet')
    end
{%- endmacro %}
