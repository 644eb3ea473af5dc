-- The source tables of the demo warehouse: names, types and letter case as the loaders of the
-- source systems leave them. No primary keys on purpose: real copies hold repeated rows.
-- PostgreSQL takes the same statements with JSONB for JSON.
CREATE TABLE raw.app_database_accounts (
    id VARCHAR(50) NOT NULL, name VARCHAR(255) NOT NULL, email VARCHAR(255), created_date DATE,
    business_type VARCHAR(100), location_count INTEGER, industry VARCHAR(100),
    employee_count INTEGER, annual_revenue BIGINT, website VARCHAR(500), status VARCHAR(50),
    created_at TIMESTAMP, updated_at TIMESTAMP
);
CREATE TABLE raw.app_database_locations (
    id VARCHAR(50) NOT NULL, customer_id VARCHAR(50) NOT NULL, name VARCHAR(255) NOT NULL,
    address VARCHAR(500), city VARCHAR(100), state VARCHAR(50), zip_code VARCHAR(20),
    country VARCHAR(50), location_type VARCHAR(50), business_type VARCHAR(100), size VARCHAR(50),
    expected_device_count INTEGER, install_date DATE, latitude DECIMAL(10, 6),
    longitude DECIMAL(10, 6), capacity INTEGER, is_active BOOLEAN, created_at TIMESTAMP,
    updated_at TIMESTAMP
);
CREATE TABLE raw.app_database_users (
    id VARCHAR(50) NOT NULL, customer_id VARCHAR(50) NOT NULL, first_name VARCHAR(100),
    last_name VARCHAR(100), email VARCHAR(255), role VARCHAR(50), created_date DATE,
    last_login_date DATE, last_login_at TIMESTAMP, is_active BOOLEAN, created_at TIMESTAMP,
    updated_at TIMESTAMP
);
CREATE TABLE raw.app_database_devices (
    id VARCHAR(50) NOT NULL, location_id VARCHAR(50) NOT NULL, device_type VARCHAR(100),
    category VARCHAR(50), manufacturer VARCHAR(100), model VARCHAR(100),
    serial_number VARCHAR(100), install_date DATE, warranty_expiry DATE,
    purchase_price DECIMAL(10, 2), firmware_version VARCHAR(50), ip_address VARCHAR(45),
    mac_address VARCHAR(17), status VARCHAR(50), usage_pattern VARCHAR(50),
    expected_lifespan_years INTEGER, energy_consumption_watts INTEGER,
    network_connectivity VARCHAR(50), installation_date DATE, last_maintenance_date DATE,
    is_online BOOLEAN, customer_id VARCHAR(50), created_at TIMESTAMP, updated_at TIMESTAMP
);
CREATE TABLE raw.app_database_subscriptions (
    id VARCHAR(50) NOT NULL, customer_id VARCHAR(50) NOT NULL, plan_name VARCHAR(100),
    status VARCHAR(50), start_date DATE, end_date DATE, monthly_price DECIMAL(10, 2),
    billing_cycle VARCHAR(20), monthly_amount DECIMAL(10, 2), current_term_start DATE,
    created_at TIMESTAMP, updated_at TIMESTAMP
);
CREATE TABLE raw.app_database_subscription_changes (
    id VARCHAR(50) NOT NULL, subscription_id VARCHAR(50) NOT NULL,
    customer_id VARCHAR(50) NOT NULL, change_type VARCHAR(20), effective_date DATE,
    plan_name VARCHAR(100), monthly_price DECIMAL(10, 2), created_at TIMESTAMP
);
CREATE TABLE raw.app_database_tap_events (
    id VARCHAR(50) NOT NULL, device_id VARCHAR(50) NOT NULL, location_id VARCHAR(50) NOT NULL,
    "timestamp" TIMESTAMP NOT NULL, event_type VARCHAR(50), status VARCHAR(50), metrics JSON,
    device_category VARCHAR(50), created_at TIMESTAMP
);
CREATE TABLE raw.app_database_user_sessions (
    session_id VARCHAR(50) NOT NULL, user_id VARCHAR(50) NOT NULL,
    customer_id VARCHAR(50) NOT NULL, start_time TIMESTAMP, end_time TIMESTAMP,
    duration_seconds INTEGER, page_views INTEGER, actions_taken INTEGER, device_type VARCHAR(50),
    browser VARCHAR(50), created_at TIMESTAMP
);
CREATE TABLE raw.app_database_page_views (
    page_view_id VARCHAR(50) NOT NULL, session_id VARCHAR(50) NOT NULL,
    user_id VARCHAR(50) NOT NULL, customer_id VARCHAR(50) NOT NULL, page_url VARCHAR(500),
    page_title VARCHAR(255), "timestamp" TIMESTAMP, time_on_page_seconds INTEGER,
    referrer_url VARCHAR(500), created_at TIMESTAMP
);
CREATE TABLE raw.app_database_feature_usage (
    usage_id VARCHAR(50) NOT NULL, user_id VARCHAR(50) NOT NULL,
    customer_id VARCHAR(50) NOT NULL, feature_name VARCHAR(100), usage_count INTEGER,
    "timestamp" TIMESTAMP, created_at TIMESTAMP
);
CREATE TABLE raw.app_database_features (
    feature_name VARCHAR(100) NOT NULL, category VARCHAR(20), released_at DATE,
    created_at TIMESTAMP
);
CREATE TABLE raw.app_database_device_status_events (
    id VARCHAR(50) NOT NULL, device_id VARCHAR(50) NOT NULL, status VARCHAR(50), "at" TIMESTAMP,
    created_at TIMESTAMP
);
CREATE TABLE raw.app_database_device_maintenance (
    id VARCHAR(50) NOT NULL, device_id VARCHAR(50) NOT NULL, kind VARCHAR(20),
    started_at TIMESTAMP, ended_at TIMESTAMP, created_at TIMESTAMP
);
CREATE TABLE raw.device_telemetry (
    id VARCHAR(50) NOT NULL, device_id VARCHAR(50) NOT NULL, "timestamp" TIMESTAMP,
    cpu_usage DECIMAL(5, 2), memory_usage DECIMAL(5, 2), errors INTEGER, created_at TIMESTAMP
);
CREATE TABLE raw.stripe_customers (
    id VARCHAR(50) NOT NULL, email VARCHAR(255), name VARCHAR(255), created TIMESTAMP,
    currency VARCHAR(10), delinquent BOOLEAN, livemode BOOLEAN, metadata JSON
);
CREATE TABLE raw.stripe_prices (
    id VARCHAR(50) NOT NULL, object VARCHAR(20), active BOOLEAN, currency VARCHAR(10),
    unit_amount INTEGER, type VARCHAR(20), recurring_interval VARCHAR(20),
    recurring_interval_count INTEGER, nickname VARCHAR(100), created TIMESTAMP,
    created_at TIMESTAMP
);
CREATE TABLE raw.stripe_subscriptions (
    id VARCHAR(50) NOT NULL, cancel_at TIMESTAMP, cancel_at_period_end BOOLEAN,
    canceled_at TIMESTAMP, created TIMESTAMP, current_period_end TIMESTAMP,
    current_period_start TIMESTAMP, customer VARCHAR(50), discount JSON, ended_at TIMESTAMP,
    items JSON, livemode BOOLEAN, metadata JSON, start_date TIMESTAMP, status VARCHAR(50),
    trial_end TIMESTAMP, trial_start TIMESTAMP
);
CREATE TABLE raw.stripe_subscription_items (
    id VARCHAR(50) NOT NULL, object VARCHAR(20), billing_thresholds JSON, created TIMESTAMP,
    metadata JSON, price JSON, quantity INTEGER, subscription VARCHAR(50), tax_rates JSON,
    created_at TIMESTAMP
);
CREATE TABLE raw.stripe_invoices (
    id VARCHAR(50) NOT NULL, amount_due INTEGER, amount_paid INTEGER, amount_remaining INTEGER,
    attempt_count INTEGER, billing_reason VARCHAR(50), charge VARCHAR(50), created TIMESTAMP,
    currency VARCHAR(10), customer VARCHAR(50), due_date TIMESTAMP, lines JSON, livemode BOOLEAN,
    paid BOOLEAN, payment_intent VARCHAR(50), period_end TIMESTAMP, period_start TIMESTAMP,
    status VARCHAR(50), subscription VARCHAR(50), subtotal INTEGER, tax INTEGER, total INTEGER
);
CREATE TABLE raw.stripe_charges (
    id VARCHAR(50) NOT NULL, amount INTEGER, amount_captured INTEGER, amount_refunded INTEGER,
    captured BOOLEAN, created TIMESTAMP, currency VARCHAR(10), customer VARCHAR(50),
    disputed BOOLEAN, failure_code VARCHAR(50), invoice VARCHAR(50), livemode BOOLEAN,
    paid BOOLEAN, refunded BOOLEAN, status VARCHAR(50)
);
CREATE TABLE raw.stripe_payment_intents (
    id VARCHAR(50) NOT NULL, amount INTEGER, amount_received INTEGER, canceled_at TIMESTAMP,
    cancellation_reason VARCHAR(50), created TIMESTAMP, currency VARCHAR(10),
    customer VARCHAR(50), invoice VARCHAR(50), status VARCHAR(50)
);
CREATE TABLE raw.stripe_events (
    id VARCHAR(50) NOT NULL, object VARCHAR(20), api_version VARCHAR(20), created TIMESTAMP,
    data JSON, livemode BOOLEAN, pending_webhooks INTEGER, request JSON, type VARCHAR(100),
    created_at TIMESTAMP
);
CREATE TABLE raw.hubspot_companies (
    id VARCHAR(50) NOT NULL, properties JSON, name VARCHAR(255), business_type VARCHAR(100),
    location_count INTEGER, created_date DATE, "createdAt" TIMESTAMP, "updatedAt" TIMESTAMP,
    archived BOOLEAN, created_at TIMESTAMP
);
CREATE TABLE raw.hubspot_contacts (
    id VARCHAR(50) NOT NULL, properties JSON, "firstName" VARCHAR(100), "lastName" VARCHAR(100),
    email VARCHAR(255), company VARCHAR(255), phone VARCHAR(50), "createdAt" TIMESTAMP,
    "updatedAt" TIMESTAMP, archived BOOLEAN, created_at TIMESTAMP
);
CREATE TABLE raw.hubspot_deals (
    id VARCHAR(50) NOT NULL, properties JSON, associations JSON, dealname VARCHAR(255),
    amount DECIMAL(12, 2), dealstage VARCHAR(100), pipeline VARCHAR(100), closedate DATE,
    "createdAt" TIMESTAMP, "updatedAt" TIMESTAMP, archived BOOLEAN, created_at TIMESTAMP
);
CREATE TABLE raw.hubspot_deal_stage_history (
    id VARCHAR(50) NOT NULL, deal_id VARCHAR(50), stage VARCHAR(100), entered_at TIMESTAMP,
    created_at TIMESTAMP
);
CREATE TABLE raw.hubspot_engagements (
    id VARCHAR(50) NOT NULL, engagement JSON, associations JSON, metadata JSON,
    "createdAt" TIMESTAMP, "updatedAt" TIMESTAMP, created_at TIMESTAMP
);
CREATE TABLE raw.hubspot_owners (
    id VARCHAR(50) NOT NULL, email VARCHAR(255), "firstName" VARCHAR(100),
    "lastName" VARCHAR(100), "userId" INTEGER, "createdAt" TIMESTAMP, "updatedAt" TIMESTAMP,
    archived BOOLEAN, created_at TIMESTAMP
);
CREATE TABLE raw.hubspot_tickets (
    id VARCHAR(50) NOT NULL, properties JSON, associations JSON, subject VARCHAR(500),
    content TEXT, hs_pipeline VARCHAR(100), hs_pipeline_stage VARCHAR(100),
    hs_ticket_priority VARCHAR(50), createdate TIMESTAMP, hs_lastmodifieddate TIMESTAMP,
    archived BOOLEAN, created_at TIMESTAMP
);
CREATE TABLE raw.attribution_touchpoints (
    id VARCHAR(50) NOT NULL, mql_id VARCHAR(50), touchpoint_date TIMESTAMP, channel VARCHAR(100),
    campaign_id VARCHAR(50), campaign_name VARCHAR(255), medium VARCHAR(100),
    source VARCHAR(100), content VARCHAR(255), attribution_weight DECIMAL(5, 4),
    touchpoint_position INTEGER, created_at TIMESTAMP
);
CREATE TABLE raw.google_ads_campaigns (
    id VARCHAR(50) NOT NULL, name VARCHAR(255), status VARCHAR(50), campaign_type VARCHAR(50),
    advertising_channel_type VARCHAR(50), start_date DATE, end_date DATE,
    budget_amount DECIMAL(12, 2), target_cpa DECIMAL(10, 2), impressions INTEGER,
    clicks INTEGER, cost DECIMAL(12, 2), conversions DECIMAL(10, 2), created_at TIMESTAMP
);
CREATE TABLE raw.facebook_ads_campaigns (
    id VARCHAR(50) NOT NULL, name VARCHAR(255), status VARCHAR(50), objective VARCHAR(50),
    created_time TIMESTAMP, start_time TIMESTAMP, stop_time TIMESTAMP,
    daily_budget DECIMAL(10, 2), lifetime_budget DECIMAL(12, 2), impressions INTEGER,
    clicks INTEGER, spend DECIMAL(12, 2), actions JSON, created_at TIMESTAMP
);
CREATE TABLE raw.linkedin_ads_campaigns (
    id VARCHAR(50) NOT NULL, name VARCHAR(255), status VARCHAR(50), campaign_type VARCHAR(50),
    objective_type VARCHAR(50), created_time TIMESTAMP, start_date DATE, end_date DATE,
    daily_budget DECIMAL(10, 2), total_budget DECIMAL(12, 2), impressions INTEGER,
    clicks INTEGER, cost DECIMAL(12, 2), conversions INTEGER, created_at TIMESTAMP
);
CREATE TABLE raw.ad_performance_daily (
    id VARCHAR(50) NOT NULL, platform VARCHAR(20), campaign_id VARCHAR(50), "date" DATE,
    impressions INTEGER, clicks INTEGER, cost DECIMAL(12, 2), conversions DECIMAL(10, 2),
    conversion_value DECIMAL(12, 2), created_at TIMESTAMP
);
CREATE TABLE raw.iterable_campaigns (
    id VARCHAR(50) NOT NULL, name VARCHAR(255), campaign_type VARCHAR(50), status VARCHAR(50),
    created_at_source TIMESTAMP, updated_at_source TIMESTAMP, start_at TIMESTAMP,
    ended_at TIMESTAMP, send_size INTEGER, message_medium VARCHAR(50), labels TEXT,
    created_at TIMESTAMP
);
CREATE TABLE raw.google_analytics_sessions (
    "date" DATE, sessions INTEGER, users INTEGER, new_users INTEGER, page_views INTEGER,
    bounce_rate DECIMAL(5, 4), avg_session_duration DECIMAL(10, 2), goal_completions INTEGER,
    goal_conversion_rate DECIMAL(5, 4), created_at TIMESTAMP
);
CREATE TABLE raw.marketing_qualified_leads (
    id VARCHAR(50) NOT NULL, created_at_source TIMESTAMP, contact_id INTEGER, account_id INTEGER,
    mql_date TIMESTAMP, mql_score DECIMAL(5, 2), lead_source VARCHAR(100),
    campaign_id VARCHAR(50), conversion_probability DECIMAL(5, 4), days_to_mql INTEGER,
    engagement_score DECIMAL(5, 2), created_at TIMESTAMP
);
CREATE TABLE raw.finance_monthly_costs (
    id VARCHAR(50) NOT NULL, period_start DATE, period_end DATE, sales_cost DECIMAL(14, 2),
    marketing_cost DECIMAL(14, 2), gross_margin_pct DECIMAL(5, 4), created_at TIMESTAMP
);
