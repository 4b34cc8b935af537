{% macro reread_by_a_split(rereads, reading, reading_date) -%}
    {#- A split that becomes known late gives every earlier reading that it
        concerns a second meaning: the reading comes again, known when the
        split was. The day before the first ex date is inside because the
        exchange's date may be ahead of UTC's; a reading too many does no harm. -#}
    {{ reading }}.instrument_id = {{ rereads }}.instrument_id
        and {{ reading }}.provider = {{ rereads }}.provider
        and (
            {{ rereads }}.known_seq is null
            or (
                {{ rereads }}.known_seq > {{ reading }}.group_seq
                and {{ rereads }}.last_ex_date > {{ reading_date }}
                and {{ rereads }}.first_ex_date <= cast({{ reading }}.observed_at as date) + 1
            )
        )
{%- endmacro %}

{% macro known_in_range(factors, reading, on_date) -%}
    {{ reading }}.instrument_id = {{ factors }}.instrument_id
        and {{ reading }}.provider = {{ factors }}.provider
        and {{ reading }}.known_seq >= {{ factors }}.known_seq
        and {{ reading }}.known_seq < {{ factors }}.next_known_seq
        and {{ on_date }} >= {{ factors }}.from_date
        and {{ on_date }} < {{ factors }}.to_date
{%- endmacro %}
