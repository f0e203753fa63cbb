-- How often each rule alerted, and how fast: psql -v from=2026-01-01 -v to=2026-02-01 -f …
SELECT site, rule, count(*) FILTER (WHERE phase <> 'retracted') AS alerts, count(*) FILTER (WHERE phase = 'retracted') AS retracted,
       count(DISTINCT camera) AS cameras, max(happened_at) AS last,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY (payload -> 'latency_ms' ->> 'total')::double precision) AS p95_ms
FROM lookout.alerts
WHERE happened_at >= :'from' AND happened_at < :'to'
GROUP BY site, rule
ORDER BY alerts DESC, site, rule;
