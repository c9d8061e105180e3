-- +goose Up

-- When the business and its people work: see crm.Settings.OnShift. Weeks are
-- arrays of seven days from Sunday on, each an array of spans; '[]' is not set.
ALTER TABLE settings
    ADD COLUMN hours    jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN days_off jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN holidays jsonb NOT NULL DEFAULT '[]';

ALTER TABLE staff
    ADD COLUMN shift       jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN leave_until timestamptz,
    ADD COLUMN duty        text NOT NULL DEFAULT '' CHECK (duty IN ('', 'on', 'off')),
    ADD COLUMN duty_until  timestamptz,
    ADD COLUMN held_limit  int NOT NULL DEFAULT 0; -- the most customers to which routing brings them; 0 for none

ALTER TABLE sources ADD COLUMN IF NOT EXISTS routing jsonb NOT NULL DEFAULT '{}';

-- How far the announcing of a customer's latest inquiry has come. Whoever writes a
-- row holds the customer's lock. Rows stay, so that an undo goes on where it was.
CREATE TABLE routes (
    customer_id bigint PRIMARY KEY REFERENCES customers,
    event_id    bigint NOT NULL REFERENCES events,
    source_id   bigint REFERENCES sources, -- whose routing it goes by; NULL: offered to everyone
    came_at     timestamptz NOT NULL,  -- the inquiry; an older one than the customer's latest is over
    since       timestamptz NOT NULL,  -- from when working minutes count, …
    worked      interval NOT NULL DEFAULT '0', -- … beside these before, by the shifts of then
    state       text NOT NULL CHECK (state IN ('waits', 'offered', 'again', 'alone', 'told')),
    next_at     timestamptz            -- when to look at it; NULL when nothing is left to do
);
CREATE INDEX routes_next ON routes (next_at, customer_id) WHERE next_at IS NOT NULL;

-- What routing brought to each person, by the business's day.
CREATE TABLE turns (
    staff_id bigint NOT NULL REFERENCES staff,
    day      date NOT NULL,
    received int NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (staff_id, day)
);

-- +goose Down
DROP TABLE turns, routes;
ALTER TABLE sources DROP COLUMN IF EXISTS routing;
ALTER TABLE staff DROP COLUMN shift, DROP COLUMN leave_until, DROP COLUMN duty, DROP COLUMN duty_until, DROP COLUMN held_limit;
ALTER TABLE settings DROP COLUMN hours, DROP COLUMN days_off, DROP COLUMN holidays;
