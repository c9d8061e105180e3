-- +goose Up

-- A customer who asked to be forgotten. The row stays for the counts, and nothing in
-- it says who it was: lists and searches leave it out like every hidden one, while
-- statistics count NOT hidden OR erased_at IS NOT NULL.
ALTER TABLE customers
    ADD COLUMN erased_at timestamptz,
    ADD CONSTRAINT customers_erased CHECK (erased_at IS NULL OR hidden AND name = '' AND city = '' AND email = ''
        AND phones = '[]' AND phone_search = '' AND field_values = '{}' AND holder_id IS NULL);
CREATE INDEX customers_undone ON customers (id) WHERE hidden AND erased_at IS NULL;

-- The message of an announcement in which the conversation goes on: no edit of the
-- announcement touches it, but for one that erases.
ALTER TABLE notifications ADD COLUMN taken_over bigint;

-- The ID names an invite to the managers; who opens it shows the token.
ALTER TABLE invites
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD COLUMN revoked_at timestamptz;
CREATE INDEX invites_open ON invites (id) WHERE used_at IS NULL AND revoked_at IS NULL;

-- +goose Down
DROP INDEX invites_open;
ALTER TABLE invites DROP COLUMN id, DROP COLUMN revoked_at;
ALTER TABLE notifications DROP COLUMN taken_over;
DROP INDEX customers_undone;
ALTER TABLE customers DROP CONSTRAINT customers_erased, DROP COLUMN erased_at;
