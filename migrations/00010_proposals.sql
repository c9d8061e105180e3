-- +goose Up

-- What agents ask the managers to add to the configuration. Rows stay: their makers
-- look them up.
CREATE TABLE proposals (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    by_id      bigint NOT NULL REFERENCES staff,
    what       jsonb NOT NULL, -- crm.Proposed
    why        text NOT NULL,
    made_at    timestamptz NOT NULL,
    state      text NOT NULL CHECK (state IN ('open', 'approved', 'declined', 'withdrawn', 'undone')),
    shaper_id  bigint REFERENCES staff,   -- in whose draft it is, or was when that was published
    made       bigint NOT NULL DEFAULT 0, -- its ID in that draft
    decided_by bigint REFERENCES staff,
    decided_at timestamptz,
    reason     text NOT NULL DEFAULT '',
    became     jsonb NOT NULL DEFAULT '{}', -- its title as the shaper published it
    version_id bigint REFERENCES config_versions, -- which put it in force, or took it out
    CONSTRAINT proposals_decided CHECK ((state IN ('open', 'withdrawn')) = (decided_by IS NULL))
);
CREATE INDEX proposals_open ON proposals (id) WHERE state = 'open';
CREATE INDEX proposals_by ON proposals (by_id, id);
CREATE INDEX proposals_shaper ON proposals (shaper_id) WHERE state = 'open';
CREATE INDEX proposals_version ON proposals (version_id) WHERE version_id IS NOT NULL;

ALTER TABLE notifications ADD COLUMN proposal_id bigint REFERENCES proposals;
CREATE INDEX notifications_proposal ON notifications (proposal_id) WHERE proposal_id IS NOT NULL;

-- +goose Down
ALTER TABLE notifications DROP COLUMN proposal_id;
DROP TABLE proposals;
