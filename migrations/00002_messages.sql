-- +goose Up

-- Updates of Telegram, stored before they are confirmed. One row a fact that a
-- person did something; settled rows are kept for 48 hours to know repetitions.
CREATE TABLE updates (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    update_id   bigint NOT NULL UNIQUE,
    chat_id     bigint NOT NULL,
    payload     json NOT NULL, -- not jsonb, which refuses some of what people can type
    received_at timestamptz NOT NULL,
    state       text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'failed')),
    attempts    int NOT NULL DEFAULT 0,
    retry_at    timestamptz, -- not before, by the business's clock
    leased_until timestamptz, -- being handled, by the database's clock
    error       text NOT NULL DEFAULT ''
);
CREATE INDEX updates_new ON updates (chat_id, seq) WHERE state = 'new';
CREATE INDEX updates_received ON updates (received_at);

-- Duties to tell somebody something. A sent row keeps the message, so that it can
-- be edited when what it shows is over.
CREATE TABLE notifications (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id      bigint NOT NULL REFERENCES staff,
    kind          text NOT NULL,
    customer_id   bigint REFERENCES customers,
    event_id      bigint REFERENCES events,
    reminder_id   bigint REFERENCES reminders,
    due_at        timestamptz,
    ring          int NOT NULL DEFAULT 0,
    about_id      bigint REFERENCES staff,
    batch_id      bigint REFERENCES batches,
    count         int NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL,
    state         text NOT NULL DEFAULT 'pending'
                  CHECK (state IN ('pending', 'sent', 'summarised', 'cancelled', 'failed')),
    attempts      int NOT NULL DEFAULT 0,
    retry_at      timestamptz,          -- not before, by the business's clock
    leased_until  timestamptz,          -- being sent or edited, by the database's clock
    message_id    bigint,
    shown_version bigint NOT NULL DEFAULT 0,
    stale         boolean NOT NULL DEFAULT false, -- the message shows an older state: edit it
    withdrawn     boolean NOT NULL DEFAULT false, -- what it told of was undone
    final         boolean NOT NULL DEFAULT false, -- the message shows what only an undo can change
    sent_at       timestamptz,
    error         text NOT NULL DEFAULT ''
);
CREATE INDEX notifications_pending ON notifications (staff_id, id) WHERE state = 'pending';
-- To be edited; or being edited, since an edit that was broken off leaves its lease.
CREATE INDEX notifications_stale ON notifications (id) WHERE state = 'sent' AND (stale OR leased_until IS NOT NULL);
CREATE INDEX notifications_cards ON notifications (customer_id) WHERE state IN ('pending', 'sent');
CREATE INDEX notifications_message ON notifications (staff_id, message_id) WHERE state = 'sent';
CREATE INDEX notifications_settled ON notifications (created_at) WHERE state <> 'pending';
CREATE INDEX notifications_event ON notifications (event_id);
CREATE INDEX notifications_reminder ON notifications (reminder_id) WHERE reminder_id IS NOT NULL;

-- Who has which form open about whom; the answers are in Redis.
CREATE TABLE forms (
    id          text PRIMARY KEY, -- the draft's
    staff_id    bigint NOT NULL REFERENCES staff,
    chat_id     bigint NOT NULL,
    kind        text NOT NULL,
    customer_id bigint NOT NULL DEFAULT 0,
    subject     bigint NOT NULL DEFAULT 0, -- the status, field … that it asks for
    message_id  bigint NOT NULL DEFAULT 0,
    parked      boolean NOT NULL DEFAULT false,
    opened_at   timestamptz NOT NULL,
    touched_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX forms_one_open ON forms (staff_id, chat_id) WHERE NOT parked;
CREATE INDEX forms_staff ON forms (staff_id, touched_at);

-- +goose Down
DROP TABLE forms, notifications, updates;
