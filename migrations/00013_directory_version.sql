-- +goose Up

-- Which state of the configuration and the staff is committed. Nearly every command asks, to
-- know whether what was read last still holds. A version is never given twice, not even by
-- transactions that were rolled back.
CREATE SEQUENCE directory_versions;
CREATE TABLE directory_version (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint NOT NULL DEFAULT nextval('directory_versions')
);
INSERT INTO directory_version DEFAULT VALUES;

-- +goose StatementBegin
CREATE FUNCTION directory_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE directory_version SET version = nextval('directory_versions');
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON settings EXECUTE FUNCTION directory_changed();
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON staff EXECUTE FUNCTION directory_changed();
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON sources EXECUTE FUNCTION directory_changed();
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON groups EXECUTE FUNCTION directory_changed();
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON fields EXECUTE FUNCTION directory_changed();
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON statuses EXECUTE FUNCTION directory_changed();
CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON config_versions EXECUTE FUNCTION directory_changed();

-- +goose Down
DROP TRIGGER directory_changed ON settings;
DROP TRIGGER directory_changed ON staff;
DROP TRIGGER directory_changed ON sources;
DROP TRIGGER directory_changed ON groups;
DROP TRIGGER directory_changed ON fields;
DROP TRIGGER directory_changed ON statuses;
DROP TRIGGER directory_changed ON config_versions;
DROP FUNCTION directory_changed;
DROP TABLE directory_version;
DROP SEQUENCE directory_versions;
