-- How long users took to their first key action, from the moment they were created. Those created
-- before the events begin may have done one unseen, so they are left out.
SELECT
    e.user_id,
    u.created_at AS signed_up_at,
    MIN(e.occurred_at) AS reached_at
FROM source.onboarding_events AS e
JOIN entity.users AS u ON u.user_id = e.user_id
WHERE e.is_key_action
    AND LOCAL_DAY(u.created_at) >= (SELECT MIN(LOCAL_DAY(occurred_at)) FROM source.onboarding_events)
GROUP BY e.user_id, u.created_at
