{% macro rule_detail(rule) -%}
    case {{ rule }}
        when 'null_bar' then 'a price is missing'
        when 'unknown_symbol' then 'no instrument has this symbol at the provider'
        when 'not_finite_or_not_positive' then 'a price is not a positive number'
        when 'out_of_range' then 'a price or the volume is beyond what can be held'
        when 'price_relations' then 'high or low contradicts the other prices'
        when 'outside_session' then 'the calendar has no session then'
        when 'off_grid' then 'the open is no multiple of the interval after the session began'
        when 'future_bar' then 'the bar opens after it was observed'
        when 'duplicate' then 'the same bar comes again later in the file'
        when 'duplicate_conflict' then 'another bar of the same key comes later in the file'
        when 'basis_conflict' then 'every price differs from the bar held by one ratio, as before or after a split'
    end
{%- endmacro %}
