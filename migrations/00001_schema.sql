-- +goose Up
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE TABLE settings (
    only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    business       text NOT NULL DEFAULT '',
    zone           text NOT NULL,
    language       text NOT NULL CHECK (language IN ('fa', 'en')),
    agents_see_all boolean NOT NULL DEFAULT true,
    secret         bytea NOT NULL -- signs the hosted forms' time tokens
);

CREATE TABLE staff (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    telegram_id bigint NOT NULL UNIQUE,
    name        text NOT NULL,
    role        text NOT NULL CHECK (role IN ('owner', 'manager', 'agent')),
    state       text NOT NULL CHECK (state IN ('active', 'suspended', 'removed')),
    language    text NOT NULL CHECK (language IN ('fa', 'en')),
    unreachable boolean NOT NULL DEFAULT false,
    joined_at   timestamptz NOT NULL
);
CREATE UNIQUE INDEX staff_one_owner ON staff (role) WHERE role = 'owner' AND state = 'active';

CREATE TABLE invites (
    hash       bytea PRIMARY KEY,
    role       text NOT NULL,
    made_by    bigint REFERENCES staff,
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_by    bigint, -- Telegram ID
    used_at    timestamptz
);

CREATE TABLE sources (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('form', 'api', 'signup', 'call', 'manual')),
    title      jsonb NOT NULL,
    slug       text NOT NULL UNIQUE,
    key_hash   bytea UNIQUE,
    made_at    timestamptz NOT NULL,
    retired_at timestamptz
);

CREATE TABLE statuses (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version          int NOT NULL DEFAULT 1,
    title            jsonb NOT NULL,
    emoji            text NOT NULL DEFAULT '',
    cartable         text NOT NULL CHECK (cartable IN ('none', 'next', 'stay')),
    reminder         text NOT NULL CHECK (reminder IN ('no', 'yes', 'optional')),
    ends             text NOT NULL DEFAULT '' CHECK (ends IN ('', 'won', 'lost', 'blocked')),
    position         int NOT NULL,
    appointment_date bigint,
    appointment_time bigint,
    retired_at       timestamptz
);

-- Questions: of a status, or with status_id NULL columns of the customer record.
CREATE TABLE fields (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    status_id  bigint REFERENCES statuses,
    key        text NOT NULL,
    title      jsonb NOT NULL,
    help       jsonb NOT NULL DEFAULT '{"text": ""}',
    type       text NOT NULL,
    required   boolean NOT NULL,
    choices    jsonb NOT NULL DEFAULT '[]',
    derived    bigint REFERENCES fields,
    position   int NOT NULL,
    retired_at timestamptz
);
CREATE UNIQUE INDEX fields_customer_key ON fields (key) WHERE status_id IS NULL;
CREATE INDEX fields_status ON fields (status_id);

CREATE TABLE customers (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version          bigint NOT NULL DEFAULT 1,
    hidden           boolean NOT NULL,
    name             text NOT NULL DEFAULT '',
    city             text NOT NULL DEFAULT '',
    email            text NOT NULL DEFAULT '',
    search           text NOT NULL DEFAULT '',
    phones           jsonb NOT NULL DEFAULT '[]',
    phone_search     text NOT NULL DEFAULT '', -- the numbers' digits, as they are typed and as E.164
    field_values     jsonb NOT NULL DEFAULT '{}',
    status_id        bigint REFERENCES statuses,
    status           jsonb NOT NULL DEFAULT '{}',
    holder_id        bigint REFERENCES staff,
    held_since       timestamptz,
    handed_by        bigint REFERENCES staff,
    attempts         int NOT NULL DEFAULT 0,
    waiting          boolean NOT NULL DEFAULT false, -- to be taken: see crm.Customer.Waiting
    due_at           timestamptz, -- the earliest of the open reminders and the appointment
    source_id        bigint NOT NULL REFERENCES sources,
    created_by       bigint REFERENCES staff,
    created_at       timestamptz NOT NULL,
    first_inquiry_at timestamptz NOT NULL,
    last_inquiry_at  timestamptz NOT NULL
);
CREATE INDEX customers_latest ON customers (last_inquiry_at DESC, id DESC) WHERE NOT hidden;
CREATE INDEX customers_by_status ON customers (status_id, last_inquiry_at DESC, id DESC) WHERE NOT hidden;
CREATE INDEX customers_by_source ON customers (source_id, last_inquiry_at DESC, id DESC) WHERE NOT hidden;
CREATE INDEX customers_by_holder ON customers (holder_id, last_inquiry_at DESC, id DESC) WHERE NOT hidden AND holder_id IS NOT NULL;
CREATE INDEX customers_by_maker ON customers (created_by, last_inquiry_at DESC, id DESC) WHERE NOT hidden AND created_by IS NOT NULL;
CREATE INDEX customers_pool ON customers (last_inquiry_at DESC, id DESC) WHERE NOT hidden AND holder_id IS NULL;
CREATE INDEX customers_no_status ON customers (last_inquiry_at DESC, id DESC) WHERE NOT hidden AND status_id IS NULL;
CREATE INDEX customers_waiting ON customers (last_inquiry_at, id) WHERE waiting;
CREATE INDEX customers_inbox ON customers (holder_id, due_at, id) WHERE NOT hidden AND holder_id IS NOT NULL;
-- fastupdate off: its pending list stalls single inserts.
CREATE INDEX customers_search ON customers USING gin (search public.gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX customers_phone_search ON customers USING gin (phone_search public.gin_trgm_ops) WITH (fastupdate = off);

CREATE TABLE phones (
    phone       text PRIMARY KEY, -- E.164
    customer_id bigint NOT NULL REFERENCES customers
);
CREATE INDEX phones_customer ON phones (customer_id);

CREATE TABLE inquiries (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers,
    source_id   bigint NOT NULL REFERENCES sources,
    received_at timestamptz NOT NULL,
    phone       text NOT NULL,
    name        text NOT NULL DEFAULT '',
    email       text NOT NULL DEFAULT '',
    city        text NOT NULL DEFAULT '',
    message     text NOT NULL DEFAULT '',
    campaign    text NOT NULL DEFAULT '',
    page        text NOT NULL DEFAULT '',
    utm         jsonb NOT NULL DEFAULT '{}',
    field_values jsonb NOT NULL DEFAULT '{}',
    extra       jsonb NOT NULL DEFAULT '{}',
    made_by     bigint REFERENCES staff
);
CREATE INDEX inquiries_customer ON inquiries (customer_id, id);

-- The timeline. Rows are never updated.
CREATE TABLE events (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers,
    kind        text NOT NULL,
    actor_id    bigint REFERENCES staff,
    at          timestamptz NOT NULL,
    version     bigint NOT NULL,
    key         text NOT NULL,
    undoes      bigint UNIQUE REFERENCES events,
    delta       jsonb NOT NULL,
    detail      jsonb NOT NULL
);
CREATE INDEX events_customer ON events (customer_id, id DESC);
CREATE INDEX events_key ON events (key);

CREATE TABLE reminders (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers,
    kind        text NOT NULL,
    due_at      timestamptz NOT NULL,
    reason      text NOT NULL DEFAULT '',
    for_id      bigint REFERENCES staff,
    made_at     timestamptz NOT NULL,
    closed_at   timestamptz,
    rings       int NOT NULL DEFAULT 0, -- 1 rung, 2 repeated, 3 told to the managers
    rung_at     timestamptz,
    reacted_at  timestamptz,
    next_ring   timestamptz -- when the next step is due; NULL when there is none
);
CREATE INDEX reminders_open ON reminders (customer_id, due_at) WHERE closed_at IS NULL;
CREATE INDEX reminders_ring ON reminders (next_ring) WHERE next_ring IS NOT NULL;

CREATE TABLE batches (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_by bigint REFERENCES staff,
    made_at timestamptz NOT NULL,
    key     text NOT NULL -- of the command that made it
);
CREATE INDEX batches_key ON batches (key);
CREATE TABLE batch_customers (
    batch_id    bigint NOT NULL REFERENCES batches,
    customer_id bigint NOT NULL REFERENCES customers,
    PRIMARY KEY (batch_id, customer_id)
);

-- Idempotency keys of commands, with what the command answered.
CREATE TABLE commands (
    key      text PRIMARY KEY,
    actor_id bigint,
    at       timestamptz,
    outcome  jsonb
);
CREATE INDEX commands_at ON commands (at);

-- +goose Down
DROP TABLE commands, batch_customers, batches, reminders, events, inquiries, phones, customers, fields, statuses,
    sources, invites, staff, settings;
