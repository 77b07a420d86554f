-- The double-entry ledger: what was accepted (payments), where the money moved (entries), and whose term it is (epochs).
-- Every rule stands here as a constraint or a trigger, so that no client, old or new, can break it.

-- +goose Up
CREATE SCHEMA ledger;
REVOKE ALL ON SCHEMA ledger FROM PUBLIC;

-- The chart of accounts. Rows are added by migrations only.
CREATE TABLE ledger.accounts (
    account_id  text PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('asset', 'liability', 'equity', 'income', 'expense')),
    description text NOT NULL
);

INSERT INTO ledger.accounts (account_id, kind, description) VALUES
    ('payer_receivable', 'asset', 'What payers owe for accepted payments'),
    ('merchant_payable', 'liability', 'What is owed to merchants for accepted payments');

-- One row per payment, for ever. The two unique keys are invariant I2's "exactly once" and I3's "one transaction id".
CREATE TABLE ledger.payments (
    payment_id     text COLLATE "C" PRIMARY KEY CHECK (length(payment_id) BETWEEN 1 AND 128),
    transaction_id uuid NOT NULL UNIQUE,
    minor_units    bigint NOT NULL CHECK (minor_units > 0),
    currency       text COLLATE "C" NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    region         text NOT NULL CHECK (region <> ''),           -- accepted the payment
    epoch          bigint NOT NULL CHECK (epoch >= 0),           -- term under which it was posted
    accepted_at    timestamptz NOT NULL,                         -- the journal's createdAt
    posted_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Replay and the backup check ask for the newest payments.
CREATE INDEX payments_accepted_at ON ledger.payments (accepted_at, payment_id);

-- The lines of each transaction; a debit is positive, a credit negative, in minor units of the currency.
CREATE TABLE ledger.entries (
    transaction_id uuid NOT NULL REFERENCES ledger.payments (transaction_id),
    line           smallint NOT NULL CHECK (line > 0),
    account_id     text NOT NULL REFERENCES ledger.accounts,
    minor_units    bigint NOT NULL CHECK (minor_units <> 0),
    currency       text COLLATE "C" NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    PRIMARY KEY (transaction_id, line)
);

-- The terms of the lease this ledger has seen; the newest is in force. The key is invariant I4: one Region per epoch.
CREATE TABLE ledger.epochs (
    epoch     bigint PRIMARY KEY CHECK (epoch >= 0),
    region    text NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

INSERT INTO ledger.epochs (epoch, region) VALUES (0, '');

-- Balance: checked when the transaction commits, because its lines are written one after the other.
-- +goose StatementBegin
CREATE FUNCTION ledger.check_balance() RETURNS trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    wrong record;
BEGIN
    SELECT e.currency, sum(e.minor_units) AS total INTO wrong
    FROM ledger.entries e
    WHERE e.transaction_id = NEW.transaction_id
    GROUP BY e.currency
    HAVING sum(e.minor_units) <> 0;
    IF FOUND THEN
        RAISE EXCEPTION 'transaction % does not balance: % % too much', NEW.transaction_id, wrong.total, wrong.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_balance', TABLE = 'entries', SCHEMA = 'ledger';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE CONSTRAINT TRIGGER entries_balance AFTER INSERT ON ledger.entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.check_balance();

-- Completeness: a payment without entries would balance, too.
-- +goose StatementBegin
CREATE FUNCTION ledger.check_payment_entries() RETURNS trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    debits numeric;
    others bigint;
BEGIN
    SELECT coalesce(sum(e.minor_units) FILTER (WHERE e.minor_units > 0 AND e.currency = NEW.currency), 0),
           count(*) FILTER (WHERE e.currency <> NEW.currency)
    INTO debits, others
    FROM ledger.entries e
    WHERE e.transaction_id = NEW.transaction_id;
    IF debits <> NEW.minor_units OR others <> 0 THEN
        RAISE EXCEPTION 'payment % of % % has debits of % and % entries in another currency',
            NEW.payment_id, NEW.minor_units, NEW.currency, debits, others
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_entries', TABLE = 'payments', SCHEMA = 'ledger';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE CONSTRAINT TRIGGER payments_entries AFTER INSERT ON ledger.payments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.check_payment_entries();

-- Append-only, for every role: a correction is a new transaction.
-- +goose StatementBegin
CREATE FUNCTION ledger.refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE EXCEPTION '% of %.% refused: the ledger is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.accounts
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.payments
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.epochs
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
