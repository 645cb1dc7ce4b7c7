-- Routine (canvass) food inspections with the violations that they found.
--
-- known_on: the day of the visit. The city publishes no day of decision, so the clock of this municipality is the visit:
-- as_of is that day, and nothing of that day itself counts. Codes 1 to 14 are critical, 15 to 29 serious, 30 to 44 and 70 minor.
-- The inspector is not in this file, and belongs in no score (DESIGN rule 6); a study joins the published inspector groups itself.
WITH counted AS (
    SELECT Inspection_ID, count(*) AS violations, count(*) FILTER (violation_code <= 14) AS critical
    FROM raw_violations
    GROUP BY Inspection_ID
),
visits AS (
    SELECT
        try_cast(i.Inspection_ID AS VARCHAR) AS inspection_id,
        try_cast(i.Inspection_Date AS DATE) AS visited_on,
        i.Address || coalesce(', ' || i.Zip, '') AS address_text,
        coalesce(c.violations, 0) AS violations,
        coalesce(c.critical, 0) AS critical
    FROM raw_inspections i
    LEFT JOIN counted c USING (Inspection_ID)
)
SELECT
    'inspection-' || inspection_id AS record_id,
    CAST(NULL AS VARCHAR) AS address_id,
    visited_on AS happened_on,
    visited_on AS known_on,
    address_text,
    inspection_id,
    inspection_id AS case_id,
    'food-safety' AS theme,
    'routine' AS trigger,
    visited_on,
    'inspected' AS course,
    visited_on AS course_known_on,
    CASE WHEN critical > 0 THEN 'critical-violation' WHEN violations > 0 THEN 'other-violation' ELSE 'none' END AS finding,
    violations,
    critical AS severe_violations,
    visited_on AS finding_known_on
FROM visits
