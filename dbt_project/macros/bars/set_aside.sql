{% macro ruled_readings(judged, versions) -%}
    {#- CTEs that end in `ruled`: each row's newest reading with its verdict; one
        that was set aside by the fold of versions has `basis_conflict`. -#}
newest_readings as (

    select
        *,
        row_number() over (
            partition by file_seq, row_number, provider order by known_seq desc
        ) as reading_age
    from {{ judged }}

),

compared as (

    select
        newest_readings.*,
        cast(newest_readings.close as {{ f8() }})
        / nullif(cast(versions.close as {{ f8() }}), 0) as ratio_to_version,
        row_number() over (
            partition by
                newest_readings.file_seq, newest_readings.row_number,
                newest_readings.provider
            order by
                versions.known_seq desc nulls last,
                abs(newest_readings.close - versions.close) / versions.close
        ) as version_age
    from newest_readings
    left join {{ versions }} as versions
        on newest_readings.instrument_id = versions.instrument_id
        and newest_readings.interval = versions.interval
        and newest_readings.opened_at = versions.opened_at
        and newest_readings.provider = versions.provider
        and newest_readings.known_seq >= versions.known_seq
    where newest_readings.reading_age = 1

),

ruled as (

    select
        *,
        -- What differs so much from every version of its time was set aside there.
        case
            when rule is not null then rule
            when {{ is_split_like('ratio_to_version', 'split_ratio', 'newest_split_ratio') }}
                then 'basis_conflict'
        end as verdict
    from compared
    where version_age = 1

)
{%- endmacro %}
