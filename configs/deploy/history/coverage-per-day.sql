-- How much of each day each camera was watched, as a share of it: psql -v from=2026-01-01 -v to=2026-02-01 -f …
-- Stretches may overlap (a camera off while the model was overloaded): their union counts. Days are the session's (PGTZ). What was before a
-- camera's first message counts as watched, and so does a camera that says nothing at all: `…/watched` and `…/available` tell of those.
WITH cameras AS (
  SELECT site, camera FROM lookout.events UNION SELECT site, camera FROM lookout.alerts UNION SELECT site, camera FROM lookout.coverage
), days AS (
  SELECT day, day + interval '1 day' AS next FROM generate_series(:'from'::timestamptz, :'to'::timestamptz - interval '1 second', interval '1 day') AS day
)
SELECT site, camera, day::date, round(1 - coalesce(gaps.seconds, 0) / extract(epoch FROM next - day), 4) AS watched
FROM cameras CROSS JOIN days
LEFT JOIN LATERAL (
  SELECT sum(extract(epoch FROM upper(gap) - lower(gap))) AS seconds
  FROM (
    SELECT unnest(range_agg(tstzrange(starts, greatest(starts, coalesce(ends, now())))) * tstzmultirange(tstzrange(day, next))) AS gap
    FROM lookout.coverage AS c
    WHERE c.site = cameras.site AND c.camera = cameras.camera AND starts < next AND coalesce(ends, 'infinity') > day
  ) AS joined
) AS gaps ON true
ORDER BY site, camera, day;
