-- +goose Up
-- What managers shape in chat: more of it, and every change of it as a version.
ALTER TABLE settings
    ADD COLUMN retention int NOT NULL DEFAULT 0, -- days; 0 for ever
    ADD COLUMN digests jsonb NOT NULL DEFAULT '[]';
ALTER TABLE statuses
    ADD COLUMN next_rule jsonb NOT NULL DEFAULT '{"mode": "anyone"}',
    ADD COLUMN offers jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN comes_after jsonb NOT NULL DEFAULT '[]';
ALTER TABLE fields
    ADD COLUMN hidden boolean NOT NULL DEFAULT false,
    ADD COLUMN front boolean NOT NULL DEFAULT false;
ALTER TABLE sources
    ADD COLUMN form jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN routing jsonb NOT NULL DEFAULT '{"mode": "offer"}';

-- One row a change of the configuration. The first holds what was there before.
CREATE TABLE config_versions (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    actor_id bigint REFERENCES staff,
    changes  jsonb NOT NULL,
    config   jsonb NOT NULL, -- the whole, as the change left it
    undoes   bigint REFERENCES config_versions
);

-- What one manager has edited and not published; without a target nothing. Made is
-- the lowest ID that was ever given to something new in it.
CREATE TABLE config_drafts (
    staff_id   bigint PRIMARY KEY REFERENCES staff,
    base       bigint NOT NULL REFERENCES config_versions,
    target     jsonb,
    made       bigint NOT NULL DEFAULT 0,
    touched_at timestamptz NOT NULL
);

-- Which forms a change of a status finds open.
CREATE INDEX forms_status ON forms (subject) WHERE kind = 'status';

-- +goose Down
DROP INDEX forms_status;
DROP TABLE config_drafts, config_versions;
ALTER TABLE sources DROP COLUMN form, DROP COLUMN routing;
ALTER TABLE fields DROP COLUMN hidden, DROP COLUMN front;
ALTER TABLE statuses DROP COLUMN next_rule, DROP COLUMN offers, DROP COLUMN comes_after;
ALTER TABLE settings DROP COLUMN retention, DROP COLUMN digests;
