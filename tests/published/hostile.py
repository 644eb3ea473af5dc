"""Statements that must not run: they write, reach outside, or read past the published models."""

from __future__ import annotations

HOSTILE = """
    COPY metrics.metrics_revenue TO '/tmp/out.csv'
    COPY (SELECT 1) TO PROGRAM 'id'
    ATTACH '/etc/passwd' AS x
    DETACH warehouse
    PRAGMA database_list
    PRAGMA version
    SET memory_limit = '100GB'
    SET default_transaction_read_only = off
    RESET ALL
    SHOW ALL
    SHOW TABLES
    DESCRIBE metrics.metrics_revenue
    SUMMARIZE metrics.metrics_revenue
    EXPLAIN SELECT 1
    CALL pragma_version()
    INSTALL httpfs
    LOAD httpfs
    EXPORT DATABASE '/tmp/x'
    CHECKPOINT
    VACUUM
    BEGIN
    LISTEN x
    DO $$ BEGIN PERFORM 1; END $$
    CREATE TABLE metrics.mine AS SELECT 1
    CREATE TABLE mine (i int)
    CREATE VIEW v AS SELECT 1
    DROP TABLE metrics.metrics_revenue
    DROP SCHEMA metrics CASCADE
    ALTER TABLE metrics.metrics_revenue ADD COLUMN x int
    TRUNCATE metrics.metrics_revenue
    INSERT INTO metrics.metrics_revenue SELECT * FROM metrics.metrics_revenue
    DELETE FROM metrics.metrics_revenue
    UPDATE metrics.metrics_revenue SET current_mrr = 0
    MERGE INTO metrics.metrics_revenue USING x ON true WHEN MATCHED THEN DELETE
    GRANT ALL ON metrics.metrics_revenue TO PUBLIC
    PREPARE p AS SELECT 1
    EXECUTE p
    DECLARE c CURSOR FOR SELECT 1
    SELECT 1; SELECT 2
    SELECT 1; DROP TABLE metrics.metrics_revenue
    SELECT 1 /* ; */ ; DELETE FROM metrics.metrics_revenue
    WITH x AS (INSERT INTO metrics.metrics_revenue SELECT 1 RETURNING 1) SELECT * FROM x
    WITH x AS (DELETE FROM metrics.metrics_revenue RETURNING *) SELECT * FROM x
    WITH x AS (UPDATE metrics.metrics_revenue SET current_mrr = 0 RETURNING *) SELECT * FROM x
    SELECT * INTO mine FROM metrics.metrics_revenue
    SELECT * FROM metrics.metrics_revenue FOR UPDATE
    SELECT * FROM raw.deals
    SELECT * FROM "raw"."deals"
    SELECT * FROM warehouse.raw.deals
    SELECT * FROM part
    SELECT * FROM main.part
    SELECT * FROM build_info
    SELECT * FROM metrics.current
    SELECT * FROM metrics.part
    SELECT * FROM pg_user
    SELECT * FROM pg_catalog.pg_authid
    SELECT * FROM pg_shadow
    SELECT * FROM pg_stat_activity
    SELECT * FROM pg_settings
    SELECT * FROM information_schema.tables
    SELECT * FROM sqlite_master
    SELECT * FROM duckdb_settings()
    SELECT * FROM duckdb_secrets()
    SELECT * FROM 'data.csv'
    SELECT * FROM '/etc/passwd'
    SELECT * FROM read_csv('/etc/passwd')
    SELECT * FROM read_text('/etc/passwd')
    SELECT * FROM read_csv_auto('http://127.0.0.1:9/x')
    SELECT * FROM read_parquet('s3://bucket/x')
    SELECT * FROM glob('/*')
    SELECT * FROM parquet_scan('x.parquet')
    SELECT * FROM sniff_csv('/etc/passwd')
    SELECT * FROM query('SELECT 1')
    SELECT * FROM query_table('part')
    SELECT * FROM json_execute_serialized_sql('x')
    SELECT * FROM generate_series(1, 1000000000)
    SELECT * FROM range(1000000000)
    SELECT UNNEST(RANGE(1000000000))
    SELECT generate_series(1, 1000000000)
    SELECT REPEAT('x', 1000000000)
    SELECT LPAD('x', 1000000000, 'y')
    SELECT pg_read_file('/etc/passwd')
    SELECT pg_read_binary_file('/etc/passwd')
    SELECT pg_ls_dir('/')
    SELECT pg_catalog.pg_read_file('/etc/passwd')
    SELECT "pg_read_file"('/etc/passwd')
    SELECT pg_sleep(100)
    SELECT pg_terminate_backend(1)
    SELECT pg_reload_conf()
    SELECT pg_advisory_lock(1)
    SELECT set_config('statement_timeout', '0', false)
    SELECT current_setting('data_directory')
    SELECT lo_import('/etc/passwd')
    SELECT lo_export(1, '/tmp/x')
    SELECT lo_get(1)
    SELECT lo_creat(1)
    SELECT dblink('host=127.0.0.1', 'SELECT 1')
    SELECT * FROM dblink('host=127.0.0.1', 'SELECT 1') AS t(a int)
    SELECT dblink_connect('host=127.0.0.1')
    SELECT query_to_xml('SELECT * FROM raw.deals', true, true, '')
    SELECT table_to_xml('raw.deals', true, true, '')
    SELECT database_to_xml(true, true, '')
    SELECT nextval('s')
    SELECT txid_current()
    SELECT version()
    SELECT current_user
    SELECT session_user
    SELECT inet_server_addr()
    SELECT getenv('HOME')
    SELECT current_query()
    SELECT 'raw.deals'::regclass
    SELECT CAST('raw.deals' AS regclass)
    SELECT (SELECT secret FROM raw.deals)
    SELECT 1 WHERE EXISTS (SELECT 1 FROM raw.deals)
    SELECT * FROM metrics_revenue WHERE customer_id IN (SELECT secret FROM raw.deals)
    SELECT * FROM metrics_revenue, LATERAL (SELECT * FROM raw.deals) AS x
    SELECT * FROM metrics_revenue UNION ALL SELECT * FROM raw.deals
    SELECT * FROM metrics_revenue ORDER BY (SELECT secret FROM raw.deals)
    WITH pg_user AS (SELECT 1) SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x) a, raw.deals
    SELECT * FROM (WITH pg_user AS (SELECT 1 AS a) SELECT * FROM pg_user) AS x, pg_user
    WITH a AS (SELECT * FROM pg_user), pg_user AS (SELECT 1) SELECT * FROM a
    WITH "PG_USER" AS (SELECT 1) SELECT * FROM pg_user
    WITH pg_user AS (SELECT * FROM pg_user) SELECT * FROM pg_user
    WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT * FROM t
    SELECT * FROM metrics_revenue TABLESAMPLE SYSTEM (10)
    FROM metrics_revenue SELECT * INTO OUTFILE '/tmp/x'
    TABLE raw.deals
    VALUES ((SELECT secret FROM raw.deals))
    SELECT $$x$$
    SELECT ?
    SELECT $1
    SELECT :x
    SELECT @x
    SELECT * FROM metrics_revenue; --
    SELECT COLUMNS('.*') FROM metrics_revenue
    SELECT x -> lambda FROM metrics_revenue
    SELECT {'a': 1}
    SELECT [1, 2]
    SELECT (metrics_revenue).* FROM metrics_revenue
    SELECT xpath('/', '<a/>')
    SELECT encode(lo_get(1), 'hex')
    SELECT SUM(pg_sleep(1)) FROM metrics_revenue
    SELECT COUNT(*) FROM metrics_revenue WHERE pg_sleep(10) IS NULL
    SELECT CASE WHEN true THEN pg_read_file('/etc/passwd') END
"""
STATEMENTS = [line.strip() for line in HOSTILE.strip().splitlines()]
WITH_COMMENT = "SELECT * FROM metrics_revenue; --"
FINE = {WITH_COMMENT, "SELECT @x"}
"""What the guard may let through: the rest of a comment, and DuckDB's sign for ABS."""
