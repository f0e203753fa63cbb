-- The history of a fleet in PostgreSQL 14 or newer: what Lookout says over MQTT, each thing once, in its last state.
-- Can be applied again and again: psql -v ON_ERROR_STOP=1 -f schema.sql
BEGIN;
CREATE SCHEMA IF NOT EXISTS lookout;
SET LOCAL search_path = lookout;

-- `site` is '' where the configuration names none. `revision` orders the messages of one id, whatever order they come in.
CREATE TABLE IF NOT EXISTS alerts (
  id text PRIMARY KEY,
  site text NOT NULL, camera text NOT NULL, rule text NOT NULL, rule_text text NOT NULL, severity text NOT NULL,
  phase text NOT NULL, event text NOT NULL, event_id text, score real NOT NULL,
  starts timestamptz NOT NULL, ends timestamptz NOT NULL, happened_at timestamptz NOT NULL, published_at timestamptz NOT NULL,
  revision bigint NOT NULL,
  payload jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS alerts_by_place ON alerts (site, camera, starts);
CREATE INDEX IF NOT EXISTS alerts_by_rule ON alerts (rule, happened_at);

CREATE TABLE IF NOT EXISTS events (
  id text PRIMARY KEY,
  site text NOT NULL, camera text NOT NULL, phase text NOT NULL, event text NOT NULL, confidence real NOT NULL,
  starts timestamptz NOT NULL, ends timestamptz NOT NULL,
  revision bigint NOT NULL,
  payload jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS events_by_place ON events (site, camera, starts);

-- Stretches in which a camera was not watched; one without an end goes on.
CREATE TABLE IF NOT EXISTS coverage (
  id text PRIMARY KEY,
  site text NOT NULL, camera text NOT NULL, reason text NOT NULL, detail text,
  starts timestamptz NOT NULL, ends timestamptz,
  revision bigint NOT NULL,
  payload jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS coverage_by_place ON coverage (site, camera, starts);

-- What was no message of Lookout's: kept to be looked at, since what is refused would otherwise be sent for ever.
CREATE TABLE IF NOT EXISTS refused (
  at timestamptz NOT NULL DEFAULT now(),
  topic text NOT NULL, message bytea NOT NULL, reason text NOT NULL
);

CREATE OR REPLACE FUNCTION at_ms(payload jsonb, key text) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
  $$ SELECT to_timestamp((payload ->> key)::double precision / 1000) $$;

-- Takes one message. 'taken' where it was news, 'repeated' where it, or a later state, was there already, 'refused' where it is none of
-- Lookout's, 'ignored' where nothing is kept of its topic. Whatever is the matter with the database itself is raised.
CREATE OR REPLACE FUNCTION take(topic text, message bytea) RETURNS text LANGUAGE plpgsql SET search_path = lookout AS $$
DECLARE
  kind text := substring(topic from '[^/]*$');
  p jsonb;
BEGIN
  IF kind NOT IN ('alert', 'event', 'coverage') THEN RETURN 'ignored'; END IF;
  BEGIN
    p := convert_from(message, 'UTF8')::jsonb;
    IF kind = 'alert' THEN
      INSERT INTO alerts AS had VALUES (
        p ->> 'id', coalesce(p ->> 'site', ''), p ->> 'camera', p ->> 'rule', p ->> 'rule_text', p ->> 'severity',
        p ->> 'phase', p ->> 'event', p ->> 'event_id', (p ->> 'score')::real,
        at_ms(p, 'start_ms'), at_ms(p, 'end_ms'), at_ms(p, 'happened_at_ms'), at_ms(p, 'published_at_ms'),
        -- published within the same millisecond, after the broker was away: the phases' order decides, then their own
        (p ->> 'published_at_ms')::numeric::bigint * 4 + array_position(ARRAY['new', 'update', 'end', 'retracted'], p ->> 'phase') - 1, p)
      ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, event = excluded.event, event_id = excluded.event_id, score = excluded.score,
        starts = excluded.starts, ends = excluded.ends, happened_at = excluded.happened_at, published_at = excluded.published_at,
        revision = excluded.revision, payload = excluded.payload
      WHERE excluded.revision > had.revision OR excluded.revision = had.revision AND excluded.payload <> had.payload;
    ELSIF kind = 'event' THEN
      INSERT INTO events AS had VALUES (
        p ->> 'id', coalesce(p ->> 'site', ''), p ->> 'camera', p ->> 'phase', p ->> 'event', (p ->> 'confidence')::real,
        at_ms(p, 'start_ms'), at_ms(p, 'end_ms'), (p ->> 'revision')::bigint, p)
      ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, event = excluded.event, confidence = excluded.confidence,
        starts = excluded.starts, ends = excluded.ends, revision = excluded.revision, payload = excluded.payload
      WHERE excluded.revision > had.revision;
    ELSE
      INSERT INTO coverage AS had VALUES (
        p ->> 'id', coalesce(p ->> 'site', ''), p ->> 'camera', p ->> 'reason', p ->> 'detail',
        at_ms(p, 'start_ms'), at_ms(p, 'end_ms'), (p ->> 'revision')::bigint, p)
      ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, detail = excluded.detail,
        starts = excluded.starts, ends = excluded.ends, revision = excluded.revision, payload = excluded.payload
      WHERE excluded.revision > had.revision;
    END IF;
    RETURN CASE WHEN FOUND THEN 'taken' ELSE 'repeated' END;
  -- nested a hundred thousand deep, or an id that no index takes: what cannot be kept would come again for ever as well
  EXCEPTION WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded THEN
    INSERT INTO refused (topic, message, reason) VALUES (take.topic, take.message, SQLERRM);
    RETURN 'refused';
  END;
END $$;
COMMIT;
