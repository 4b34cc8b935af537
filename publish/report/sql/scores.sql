select
    count(*) as bar_count,
    count(*) filter (data_quality_score < 1) as marked_count
from data_quality_scores
where cast(opened_at as date) between $first and $last
