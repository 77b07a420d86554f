-- Posting and fencing, each one call and one round trip.
--
-- The fence: a post takes the advisory lock shared, then reads the epoch; raising the epoch takes it exclusively. So
-- raising waits for posts that passed the check, and posts that come later see the new epoch. The lock is advisory
-- and not a row lock (FOR SHARE on the epoch's row) because a row lock is a write: each post would dirty and log that
-- one row, and posts that overlap would build multixacts on it. The price is that the read must have a snapshot taken
-- after the lock: statements of a volatile function have one under READ COMMITTED, and posting refuses other levels.

-- +goose Up

-- The key of the lock; arbitrary, but the same for ever: servers of two releases may meet during an upgrade.
CREATE FUNCTION ledger.fence_key() RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 7016996765293437281;

-- Epochs only grow, also for who inserts by hand; the lock is taken here so that nobody can forget it.
-- +goose StatementBegin
CREATE FUNCTION ledger.check_epoch() RETURNS trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    newest bigint;
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(ledger.fence_key());
    SELECT max(e.epoch) INTO newest FROM ledger.epochs e;
    IF NEW.epoch <= newest THEN
        RAISE EXCEPTION 'epoch % is not above %', NEW.epoch, newest
            USING ERRCODE = 'check_violation', CONSTRAINT = 'epochs_grow', TABLE = 'epochs', SCHEMA = 'ledger';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

CREATE TRIGGER epochs_grow BEFORE INSERT ON ledger.epochs
    FOR EACH ROW EXECUTE FUNCTION ledger.check_epoch();

-- enter takes the shared lock and returns the epoch in force; the caller compares.
-- +goose StatementBegin
CREATE FUNCTION ledger.enter() RETURNS bigint
    LANGUAGE plpgsql VOLATILE SET search_path = '' AS $$
BEGIN
    IF pg_catalog.current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'post under isolation level %: the fence needs read committed',
            pg_catalog.current_setting('transaction_isolation') USING ERRCODE = 'invalid_transaction_state';
    END IF;
    PERFORM pg_catalog.pg_advisory_xact_lock_shared(ledger.fence_key());
    RETURN (SELECT max(e.epoch) FROM ledger.epochs e);
END $$;
-- +goose StatementEnd

-- A post must name the very epoch in force. A newer one is refused, too (outcome behind): this ledger was not raised to
-- that term, so it may be the one that a failover left behind, still writable, where a payment would be lost.
--
-- post writes one payment and its entries, once. Outcomes: posted, present, mismatch, fenced, behind; detail is for
-- people.
--
-- ON CONFLICT names no index on purpose: with one named, two equal posts at the same moment could meet in the other
-- unique index first, and one of them would fail instead of finding the other.
-- +goose StatementBegin
CREATE FUNCTION ledger.post(
    p_payment_id text, p_transaction_id uuid, p_minor_units bigint, p_currency text,
    p_region text, p_epoch bigint, p_accepted_at timestamptz,
    OUT outcome text, OUT detail text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    newest bigint := ledger.enter();
    recorded ledger.payments;
BEGIN
    IF p_epoch <> newest THEN
        outcome := CASE WHEN p_epoch < newest THEN 'fenced' ELSE 'behind' END;
        detail := pg_catalog.format('epoch %s, the ledger is at %s', p_epoch, newest);
        RETURN;
    END IF;
    WITH posted AS (
        INSERT INTO ledger.payments (payment_id, transaction_id, minor_units, currency, region, epoch, accepted_at)
        VALUES (p_payment_id, p_transaction_id, p_minor_units, p_currency, p_region, p_epoch, p_accepted_at)
        ON CONFLICT DO NOTHING
        RETURNING transaction_id, minor_units, currency)
    INSERT INTO ledger.entries (transaction_id, line, account_id, minor_units, currency)
    SELECT p.transaction_id, l.line, l.account_id, l.sign * p.minor_units, p.currency
    FROM posted p, (VALUES (1::smallint, 'payer_receivable', 1), (2::smallint, 'merchant_payable', -1)) l (line, account_id, sign);
    IF FOUND THEN
        outcome := 'posted';
        RETURN;
    END IF;
    SELECT * INTO recorded FROM ledger.payments p WHERE p.payment_id = p_payment_id;
    IF NOT FOUND THEN
        SELECT * INTO recorded FROM ledger.payments p WHERE p.transaction_id = p_transaction_id;
    ELSIF recorded.transaction_id = p_transaction_id AND recorded.minor_units = p_minor_units AND recorded.currency = p_currency THEN
        outcome := 'present';
        RETURN;
    END IF;
    outcome := 'mismatch';
    detail := pg_catalog.format('the ledger has payment %s transaction %s of %s %s minor units',
        recorded.payment_id, recorded.transaction_id, recorded.minor_units, recorded.currency);
END $$;
-- +goose StatementEnd

-- post_many is post for many payments in one transaction, one row of outcome for each given payment id. Rows are
-- written in the order of their ids, so that two replays of the same payments wait for each other and never deadlock.
-- +goose StatementBegin
CREATE FUNCTION ledger.post_many(
    p_payment_ids text[], p_transaction_ids uuid[], p_minor_units bigint[], p_currencies text[],
    p_regions text[], p_epoch bigint, p_accepted_at timestamptz[])
    RETURNS TABLE (place bigint, outcome text, detail text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    newest bigint := ledger.enter();
    fresh  text[];
BEGIN
    IF p_epoch <> newest THEN
        RETURN QUERY
        SELECT g.place, CASE WHEN p_epoch < newest THEN 'fenced' ELSE 'behind' END,
            pg_catalog.format('epoch %s, the ledger is at %s', p_epoch, newest)
        FROM unnest(p_payment_ids) WITH ORDINALITY g (payment_id, place);
        RETURN;
    END IF;
    WITH posted AS (
        INSERT INTO ledger.payments (payment_id, transaction_id, minor_units, currency, region, epoch, accepted_at)
        SELECT g.payment_id, g.transaction_id, g.minor_units, g.currency, g.region, p_epoch, g.accepted_at
        FROM unnest(p_payment_ids, p_transaction_ids, p_minor_units, p_currencies, p_regions, p_accepted_at)
            WITH ORDINALITY g (payment_id, transaction_id, minor_units, currency, region, accepted_at, place)
        ORDER BY g.payment_id COLLATE "C", g.place
        ON CONFLICT DO NOTHING
        RETURNING payment_id, transaction_id, minor_units, currency),
    lines AS (
        INSERT INTO ledger.entries (transaction_id, line, account_id, minor_units, currency)
        SELECT p.transaction_id, l.line, l.account_id, l.sign * p.minor_units, p.currency
        FROM posted p, (VALUES (1::smallint, 'payer_receivable', 1), (2::smallint, 'merchant_payable', -1)) l (line, account_id, sign))
    SELECT coalesce(array_agg(p.payment_id), '{}') INTO fresh FROM posted p;
    RETURN QUERY
    SELECT g.place,
        CASE WHEN p.payment_id IS NULL
                OR (p.transaction_id, p.minor_units, p.currency) <> (g.transaction_id, g.minor_units, g.currency)
             THEN 'mismatch'
             -- Given twice in one call: the first posted it.
             WHEN f.payment_id IS NOT NULL AND g.copy = 1 THEN 'posted'
             ELSE 'present' END,
        CASE WHEN p.payment_id IS NULL
             THEN pg_catalog.format('the ledger has transaction %s for another payment', g.transaction_id)
             WHEN (p.transaction_id, p.minor_units, p.currency) <> (g.transaction_id, g.minor_units, g.currency)
             THEN pg_catalog.format('the ledger has payment %s transaction %s of %s %s minor units',
                p.payment_id, p.transaction_id, p.minor_units, p.currency) END
    FROM (
        SELECT u.*, row_number() OVER (PARTITION BY u.payment_id ORDER BY u.place) AS copy
        FROM unnest(p_payment_ids, p_transaction_ids, p_minor_units, p_currencies)
            WITH ORDINALITY u (payment_id, transaction_id, minor_units, currency, place)) g
    LEFT JOIN ledger.payments p ON p.payment_id = g.payment_id
    LEFT JOIN unnest(fresh) f (payment_id) ON f.payment_id = g.payment_id
    ORDER BY g.place;
END $$;
-- +goose StatementEnd

-- fence raises the epoch. Outcomes: raised, present (this epoch of this Region was in force already), fenced.
-- +goose StatementBegin
CREATE FUNCTION ledger.fence(p_epoch bigint, p_region text, OUT outcome text, OUT detail text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    newest ledger.epochs;
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(ledger.fence_key());
    SELECT * INTO newest FROM ledger.epochs e ORDER BY e.epoch DESC LIMIT 1;
    IF p_epoch > newest.epoch THEN
        INSERT INTO ledger.epochs (epoch, region) VALUES (p_epoch, p_region);
        outcome := 'raised';
    ELSIF p_epoch = newest.epoch AND p_region = newest.region THEN
        outcome := 'present';
    ELSE
        outcome := 'fenced';
        detail := pg_catalog.format('epoch %s of %s, the ledger is at %s of %s', p_epoch, p_region, newest.epoch, newest.region);
    END IF;
END $$;
-- +goose StatementEnd
