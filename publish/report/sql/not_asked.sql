-- Providers that the sources name and that no call of the week went to.
select distinct provider
from source_policy
where
    provider not in (
        select provider from requests
        where provider is not null and cast(requested_at as date) between $first and $last
    )
order by provider
