-- What finance books per month: all of sales, all of marketing (media included), and the margin.
SELECT
    period_start AS valid_from,
    period_end AS valid_to,
    sales_cost,
    marketing_cost,
    gross_margin_pct AS gross_margin
FROM source.company_costs
