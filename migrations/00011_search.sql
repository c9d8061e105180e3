-- +goose Up

-- What customers are found by. It changes far less often than the record, and its index
-- costs more to write than all of the record's: every change of a status or a holder
-- would write that anew. Who is hidden is not in it.
--
-- Its text is cut into periods of 30 days of the latest inquiry, for the index: words that
-- very many have are looked for in the period that a page begins in, not among all.

-- The letters of a text two by two: trigrams do not know so short pieces. A function in SQL
-- would be planned anew for every row.
-- +goose StatementBegin
CREATE FUNCTION search_pairs(words text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    pairs text[];
BEGIN
    FOR n IN 1 .. length(words) - 1 LOOP
        pairs := pairs || substr(words, n, 2);
    END LOOP;
    RETURN pairs;
END $$;
-- +goose StatementEnd

CREATE TABLE customer_search (
    customer_id     bigint PRIMARY KEY REFERENCES customers,
    last_inquiry_at timestamptz NOT NULL,
    period          int NOT NULL GENERATED ALWAYS AS
        (floor(extract(epoch FROM last_inquiry_at - timestamptz '1970-01-01 00:00:00+00') / 2592000)::int) STORED,
    words           text NOT NULL, -- crm.Customer.SearchText
    numbers         text NOT NULL  -- the numbers' digits, as they are typed and as E.164
);
INSERT INTO customer_search (customer_id, last_inquiry_at, words, numbers)
    SELECT id, last_inquiry_at, concat_ws(E'\n', split_part(search, ' | ', 2), split_part(search, ' | ', 4), lower(email)), phone_search
    FROM customers WHERE NOT hidden;
CREATE INDEX customer_search_latest ON customer_search (last_inquiry_at DESC, customer_id DESC);
-- The period is an array so that GIN takes it as it is. fastupdate off: its pending list
-- stalls single inserts.
CREATE INDEX customer_search_text ON customer_search USING gin ((ARRAY[period]), words public.gin_trgm_ops,
    numbers public.gin_trgm_ops, search_pairs(words)) WITH (fastupdate = off);

ALTER TABLE customers DROP CONSTRAINT customers_erased, DROP COLUMN search, DROP COLUMN phone_search,
    ADD CONSTRAINT customers_erased CHECK (erased_at IS NULL OR hidden AND name = '' AND city = '' AND email = ''
        AND phones = '[]' AND field_values = '{}' AND holder_id IS NULL);

-- The sections of a cartable, and whom an agent sees, are read from the indexes alone.
DROP INDEX customers_inbox, customers_by_maker, customers_waiting;
CREATE INDEX customers_inbox ON customers (holder_id, due_at, id) INCLUDE (status_id, held_since)
    WHERE NOT hidden AND holder_id IS NOT NULL;
CREATE INDEX customers_by_maker ON customers (created_by, last_inquiry_at DESC, id DESC) INCLUDE (holder_id)
    WHERE NOT hidden AND created_by IS NOT NULL;
CREATE INDEX customers_waiting ON customers (last_inquiry_at, id) INCLUDE (created_by, hidden, status_id) WHERE waiting;

-- +goose Down
DROP INDEX customers_inbox, customers_by_maker, customers_waiting;
CREATE INDEX customers_inbox ON customers (holder_id, due_at, id) WHERE NOT hidden AND holder_id IS NOT NULL;
CREATE INDEX customers_by_maker ON customers (created_by, last_inquiry_at DESC, id DESC) WHERE NOT hidden AND created_by IS NOT NULL;
CREATE INDEX customers_waiting ON customers (last_inquiry_at, id) WHERE waiting;
ALTER TABLE customers DROP CONSTRAINT customers_erased,
    ADD COLUMN search text NOT NULL DEFAULT '', ADD COLUMN phone_search text NOT NULL DEFAULT '';
-- Until they are saved again, these are found by their names as they are written together.
UPDATE customers c SET search = replace(s.words, E'\n', ' | '), phone_search = s.numbers
    FROM customer_search s WHERE s.customer_id = c.id;
ALTER TABLE customers ADD CONSTRAINT customers_erased CHECK (erased_at IS NULL OR hidden AND name = '' AND city = '' AND email = ''
    AND phones = '[]' AND phone_search = '' AND field_values = '{}' AND holder_id IS NULL);
CREATE INDEX customers_search ON customers USING gin (search public.gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX customers_phone_search ON customers USING gin (phone_search public.gin_trgm_ops) WITH (fastupdate = off);
DROP TABLE customer_search;
DROP FUNCTION search_pairs;
