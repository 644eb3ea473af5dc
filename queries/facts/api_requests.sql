-- Requests to the API, as its gateway logs them.
SELECT log_id, endpoint, service, status_code, duration_ms, requested_at
FROM source.api_logs
