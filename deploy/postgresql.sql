-- A database for MaKI on PostgreSQL 15 or newer. Run as the server's administrator, with a password of your own:
--
--   psql --set=password="$(openssl rand -base64 24)" --file deploy/postgresql.sql
--
-- and give the address to MaKI: MAKI_DATABASE_URL=postgres://maki:PASSWORD@HOST/maki?sslmode=verify-full
-- Then create the tables with `maki migrate`. Backups are PostgreSQL's own (pg_dump, or base backups with WAL).

\set ON_ERROR_STOP on

CREATE ROLE maki LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE maki OWNER maki ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;
REVOKE ALL ON DATABASE maki FROM PUBLIC;

\connect maki
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO maki;
ALTER ROLE maki SET statement_timeout = '60s';
ALTER ROLE maki SET idle_in_transaction_session_timeout = '60s';
