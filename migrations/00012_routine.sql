-- +goose Up

-- What of the daily routine is settled: somebody's morning digest, the report of the evening,
-- the nudge at the beginning of a window. One row a person, part and day of the business's
-- calendar, written in the transaction of the notification, is what makes each come once.
CREATE TABLE routine_days (
    staff_id   bigint NOT NULL REFERENCES staff,
    kind       text NOT NULL,
    part       int NOT NULL DEFAULT 0, -- of a window: the minute at which it begins
    day        date NOT NULL,
    settled_at timestamptz NOT NULL,
    PRIMARY KEY (staff_id, kind, part, day)
);
CREATE INDEX routine_days_day ON routine_days (day);

-- Of a digest: the day that it is of, and the first of those before it that were missed.
ALTER TABLE notifications ADD COLUMN day date, ADD COLUMN since date;

-- What was done in a day is a range of the timeline, which is appended to: a few bytes for
-- many pages find it.
CREATE INDEX events_at ON events USING brin (at) WITH (pages_per_range = 32, autosummarize = on);

-- +goose Down
DROP INDEX events_at;
DELETE FROM notifications WHERE kind IN ('morning', 'evening', 'entering', 'calling');
ALTER TABLE notifications DROP COLUMN day, DROP COLUMN since;
DROP TABLE routine_days;
