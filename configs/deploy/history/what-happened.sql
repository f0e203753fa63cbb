-- What happened at a site between two times, and when nobody watched: psql -v site=shop-berlin -v from='2026-01-31 14:00' -v to='2026-01-31 15:00' -f …
SELECT starts, ends, camera, kind, what FROM (
  SELECT starts, ends, camera, 'event' AS kind, event AS what FROM lookout.events WHERE site = :'site' AND phase <> 'retracted'
  UNION ALL
  SELECT starts, ends, camera, 'alert', format('%s: %s', rule, event) FROM lookout.alerts WHERE site = :'site' AND phase <> 'retracted'
  UNION ALL
  SELECT starts, ends, camera, 'not watched', concat_ws(': ', reason, detail) FROM lookout.coverage WHERE site = :'site'
) AS told
WHERE starts < :'to' AND coalesce(ends, 'infinity') >= :'from'
ORDER BY starts, camera, kind;
