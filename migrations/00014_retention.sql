-- +goose Up

-- For how long the customers of a night are kept whose follow-up has ended: what the setting
-- said when the night began. One row a day of the business's calendar.
CREATE TABLE retention_nights (
    day        date PRIMARY KEY,
    keep       int NOT NULL, -- days; 0 for ever
    settled_at timestamptz NOT NULL
);

-- Customers in nobody's hands by their status, the oldest first: whom a night erases is the
-- beginning of the part of each status that ends the follow-up. The moment is text, as its JSON
-- is, in UTC; byte by byte that is in order of time.
CREATE INDEX customers_ended ON customers (status_id, (status->>'at') COLLATE "C", id)
    WHERE NOT hidden AND NOT waiting AND holder_id IS NULL;

-- +goose Down
DROP INDEX customers_ended;
DROP TABLE retention_nights;
