-- +goose Up

-- Group chats that a manager added the bot to. A chat gets another ID when it
-- becomes a supergroup; the group stays the same. Which sources are offered in one
-- is part of their routing, and so of the configuration.
CREATE TABLE groups (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chat_id  bigint NOT NULL CONSTRAINT groups_chat UNIQUE,
    title    text NOT NULL,
    added_by bigint NOT NULL REFERENCES staff,
    added_at timestamptz NOT NULL,
    left_at  timestamptz -- since when the bot is not there any more
);

-- A notification is for a member of staff or for a group. reader is either of
-- them as one number, groups below zero, so that a queue has one key.
ALTER TABLE notifications
    ALTER COLUMN staff_id DROP NOT NULL,
    ADD COLUMN group_chat bigint REFERENCES groups,
    ADD COLUMN about_group bigint REFERENCES groups,
    ADD COLUMN reader bigint NOT NULL GENERATED ALWAYS AS (COALESCE(staff_id, -group_chat)) STORED,
    ADD CONSTRAINT notifications_one_reader CHECK (num_nonnulls(staff_id, group_chat) = 1);
DROP INDEX notifications_pending;
CREATE INDEX notifications_pending ON notifications (reader, id) WHERE state = 'pending';
CREATE INDEX notifications_group ON notifications (group_chat, customer_id) WHERE group_chat IS NOT NULL;

-- Whom notifications are for, and whether they take any: gone is for ever, for all
-- that waits; silent until they are back.
CREATE VIEW readers AS
    SELECT id AS reader, telegram_id AS chat_id, state = 'active' AND NOT unreachable AS listens,
        state = 'removed' AS gone, unreachable AS silent
    FROM staff
    UNION ALL
    SELECT -id, chat_id, left_at IS NULL, left_at IS NOT NULL, false
    FROM groups;

-- +goose Down
DROP VIEW readers;
DELETE FROM notifications WHERE staff_id IS NULL OR about_group IS NOT NULL;
DROP INDEX notifications_group, notifications_pending;
ALTER TABLE notifications
    DROP CONSTRAINT notifications_one_reader,
    DROP COLUMN reader,
    DROP COLUMN about_group,
    DROP COLUMN group_chat,
    ALTER COLUMN staff_id SET NOT NULL;
CREATE INDEX notifications_pending ON notifications (staff_id, id) WHERE state = 'pending';
UPDATE sources SET routing = routing - 'group';
DROP TABLE groups;
