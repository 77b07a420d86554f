-- What the functions may do. Login roles are members of payment_app; rotation alternates between two of them.
-- The role that migrates owns everything and is no superuser: on RDS it is the admin user, who may create roles.

-- +goose Up

-- Roles belong to the whole server and outlive a database, so the role may be there already.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'payment_app') THEN
        CREATE ROLE payment_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of this server migrated at the same moment
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE pg_catalog.format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %I TO payment_app', current_database());
END $$;
-- +goose StatementEnd

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger TO payment_app;
GRANT SELECT ON ledger.accounts, ledger.payments, ledger.entries, ledger.epochs TO payment_app;

-- Writing goes through these alone, so that no post can pass the fence by. Trigger functions need no grant.
GRANT EXECUTE ON FUNCTION ledger.post, ledger.post_many, ledger.fence TO payment_app;
