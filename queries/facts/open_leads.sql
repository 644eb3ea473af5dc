-- Leads until they qualify or their company pays, whichever comes first.
WITH qualified AS (
    SELECT contact_id, MIN(LOCAL_DAY(qualified_at)) AS qualified_on
    FROM fact.leads
    WHERE contact_id IS NOT NULL
    GROUP BY contact_id
),
ends AS (
    SELECT
        n.contact_id,
        n.lead_source,
        n.platform,
        LOCAL_DAY(n.created_at) AS created_on,
        CASE
            WHEN v.paid_on < q.qualified_on OR q.qualified_on IS NULL THEN v.paid_on
            ELSE q.qualified_on
        END AS ended_on
    FROM fact.new_leads AS n
    LEFT JOIN qualified AS q ON q.contact_id = n.contact_id
    LEFT JOIN fact.first_payments AS v ON v.customer_id = n.account_id
)
SELECT
    contact_id,
    lead_source,
    platform,
    created_on AS valid_from,
    CASE WHEN ended_on < created_on THEN created_on ELSE ended_on END AS valid_to
FROM ends
