-- Leads on the day their company first pays.
SELECT n.contact_id, n.lead_source, n.platform, v.paid_on AS won_on
FROM fact.new_leads AS n
JOIN fact.first_payments AS v ON v.customer_id = n.account_id
