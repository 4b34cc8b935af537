-- Runs that brought bars of any interval of the week, by instrument.
select
    bar_versions.instrument_id,
    list_sort(list(distinct landing_files.run_id)) as runs
from bar_versions
inner join landing_files on bar_versions.file_seq = landing_files.file_seq
where bar_versions.session_date between $first and $last
group by bar_versions.instrument_id
