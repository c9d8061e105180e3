-- +goose Up

-- The keys of a source: rotating makes a new one, and lets the old one work for a
-- while, so that nothing is lost until the site has the new one.
CREATE TABLE source_keys (
    hash       bytea PRIMARY KEY,
    source_id  bigint NOT NULL REFERENCES sources,
    made_at    timestamptz NOT NULL,
    expires_at timestamptz -- NULL: until it is rotated
);
CREATE INDEX source_keys_source ON source_keys (source_id);
INSERT INTO source_keys (hash, source_id, made_at)
    SELECT key_hash, id, made_at FROM sources WHERE key_hash IS NOT NULL;
ALTER TABLE sources DROP COLUMN key_hash;

-- How many came by each source lately is counted from the index alone.
CREATE INDEX inquiries_received ON inquiries (received_at) INCLUDE (source_id);

-- The daily routine, in minutes since midnight, and when digests come: "" is at the
-- beginning and at the end of the working day.
ALTER TABLE settings
    ADD COLUMN windows jsonb NOT NULL DEFAULT '[{"kind": "entry", "from": 480, "to": 600},
        {"kind": "calling", "from": 600, "to": 840}, {"kind": "entry", "from": 840, "to": 1020}]',
    ADD COLUMN digest_at jsonb NOT NULL DEFAULT '{"morning": "", "evening": ""}';

-- +goose Down
ALTER TABLE settings DROP COLUMN windows, DROP COLUMN digest_at;
DROP INDEX inquiries_received;
ALTER TABLE sources ADD COLUMN key_hash bytea UNIQUE;
UPDATE sources SET key_hash = (SELECT hash FROM source_keys WHERE source_id = sources.id AND expires_at IS NULL LIMIT 1);
DROP TABLE source_keys;
