-- The hundred columns of one day, as an analyst who knows DuckDB writes them by hand: one peer of experiments/benchmarks/peers.py.
-- Before it: views events_<source>, a table frame(address_id, as_of), by_hand_once.sql, and SET VARIABLE as_of. After it: a view `delivered`.
-- Addresses are numbers here: the identifier of the address register has sixteen digits, and numbers hash faster than texts.
-- All addresses that are known on the day are computed, so that groups and links are whole; the frame is joined last.

CREATE OR REPLACE TEMP MACRO day() AS getvariable('as_of')::DATE;
CREATE OR REPLACE TEMP MACRO seen(happened_on, known_on, superseded_on, withdrawn) AS
    known_on < day() AND (superseded_on IS NULL OR superseded_on >= day()) AND NOT withdrawn AND happened_on < day();
CREATE OR REPLACE TEMP MACRO told(value, known_on) AS CASE WHEN known_on < day() THEN value END;
CREATE OR REPLACE TEMP MACRO ratio(a, b) AS a::DOUBLE / nullif(b::DOUBLE, 0);
CREATE OR REPLACE TEMP MACRO mean_of_others(total, own, number) AS
    (total - coalesce(own, 0))::DOUBLE / nullif(number - (own IS NOT NULL)::INT, 0);

-- The register: record_id is the address, so one version of an address is valid on a day.
CREATE OR REPLACE TEMP TABLE objects AS
SELECT address_id::BIGINT AS id, building_id, neighbourhood, postcode, object_type, use, built_year, floor_area_m2,
    coalesce(told(ended_on, ended_known_on) >= day(), true) AS standing
FROM events_addresses
WHERE seen(happened_on, known_on, superseded_on, withdrawn);

-- Registrations: an aggregate per address, and one row per address and household, which serves the distinct counts and the links.
CREATE OR REPLACE TEMP TABLE moves AS
SELECT id, household_key, residents, under_investigation, (day() - happened_on)::INT AS age,
    told(ended_on, ended_known_on) AS ended, coalesce(ended >= day(), true) AS here, ended - happened_on AS stay
FROM registrations
WHERE seen(happened_on, known_on, superseded_on, withdrawn);

CREATE OR REPLACE TEMP TABLE occupancy AS
SELECT id,
    sum(residents) FILTER (here) AS residents_now,
    count(*) FILTER (here) AS households_now,
    count(*) FILTER (here AND under_investigation) AS registrations_investigated,
    count(*) FILTER (here AND age <= 365) AS recent,
    max(age) FILTER (here) AS longest_stay_days,
    min(age) AS days_since_registration,
    count(*) FILTER (age <= 365) AS registrations_1y,
    count(*) FILTER (age <= 730) AS registrations_2y,
    count(*) FILTER (age <= 1095) AS registrations_3y,
    count(*) FILTER (age <= 365 AND ended IS NOT NULL) AS registrations_gone_1y,
    count(*) FILTER (age <= 730 AND ended IS NOT NULL) AS ended_registrations_2y,
    count(*) FILTER (age <= 1825 AND ended IS NOT NULL) AS ended_5y,
    count(*) FILTER (age <= 1825 AND stay <= 365) AS short_5y,
    count(*) FILTER (age <= 1095 AND stay <= 182) AS short_stays_3y
FROM moves GROUP BY id;

CREATE OR REPLACE TEMP TABLE household AS
SELECT id, household_key AS key, min(age) AS newest, bool_or(here) AS here FROM moves GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE households AS
SELECT id, count(*) FILTER (newest <= 1095) AS distinct_households_3y, count(*) FILTER (newest <= 1825) AS households_5y FROM household GROUP BY id;

CREATE OR REPLACE TEMP TABLE shops AS
SELECT address_id::BIGINT AS id, business_key, director_key, legal_form, branch, (day() - happened_on)::INT AS age,
    told(ended_on, ended_known_on) AS ended, coalesce(ended >= day(), true) AS here, ended - happened_on AS lasted
FROM events_businesses
WHERE seen(happened_on, known_on, superseded_on, withdrawn);

CREATE OR REPLACE TEMP TABLE business AS
SELECT id,
    count(*) FILTER (here) AS businesses_now,
    count(*) FILTER (age <= 365) AS businesses_started_1y,
    count(*) FILTER (age <= 1095) AS businesses_started_3y,
    count(*) FILTER (age <= 1825 AND branch = 'hospitality') AS hospitality_operators_5y,
    max(age) FILTER (here) AS oldest_business_days,
    min(age) FILTER (here) AS newest_business_days,
    count(*) FILTER (age <= 1095 AND ended IS NOT NULL) AS short_lived_businesses_3y,
    count(*) FILTER (here AND branch = 'storage') AS storage_businesses_now,
    count(*) FILTER (age <= 1825 AND lasted <= 365) AS brief_businesses_5y,
    count(DISTINCT director_key) FILTER (age <= 1095) AS business_directors_3y,
    count(*) FILTER (age <= 730) - count(*) FILTER (age > 730 AND age <= 1460) AS business_starts_change_2y,
    count(DISTINCT legal_form) FILTER (here) AS legal_forms_now,
    count(*) FILTER (here AND legal_form = 'private-company') AS private_companies_now,
    count(*) FILTER (here AND legal_form = 'sole-trader') AS sole_traders_now
FROM shops GROUP BY id;

CREATE OR REPLACE TEMP TABLE owners AS
SELECT address_id::BIGINT AS id, owner_key AS key, owner_kind, (day() - happened_on)::INT AS age,
    coalesce(told(ended_on, ended_known_on) >= day(), true) AS here
FROM events_ownership
WHERE seen(happened_on, known_on, superseded_on, withdrawn);

CREATE OR REPLACE TEMP TABLE owning AS
SELECT id, count(*) FILTER (here AND owner_kind = 'company') AS company_owners_now, min(age) AS days_since_transfer,
    count(*) FILTER (age <= 1825) AS transfers_5y
FROM owners GROUP BY id;

CREATE OR REPLACE TEMP TABLE examined AS
WITH visits AS (
    SELECT address_id::BIGINT AS id, ordinal, (day() - happened_on)::INT AS age, told(course, course_known_on) AS course,
        told(violations, finding_known_on) AS violations,
        coalesce(told(finding, finding_known_on) NOT IN ('none', 'care-signal'), false)
            AND told(standing, standing_known_on) IS DISTINCT FROM 'revoked' AS found
    FROM events_inspections
    WHERE seen(happened_on, known_on, superseded_on, withdrawn)
)
SELECT id,
    min(age) FILTER (course = 'inspected') AS days_since_inspection,
    count(*) FILTER (found AND age <= 1095) AS findings_3y,
    count(*) FILTER (found) AS findings_ever,
    count(*) FILTER (course = 'inspected') AS inspections_ever,
    count(*) FILTER (course = 'nobody-home' AND age <= 1095) AS unopened_visits_3y,
    arg_max_null(violations, ordinal) FILTER (course = 'inspected') AS violations_last,
    ratio(sum(violations), count(violations)) AS violations_per_inspection
FROM visits GROUP BY id;

CREATE OR REPLACE TEMP TABLE reported AS
WITH told_of AS (
    SELECT address_id::BIGINT AS id, category, (day() - happened_on)::INT AS age
    FROM events_reports WHERE seen(happened_on, known_on, superseded_on, withdrawn)
)
SELECT id,
    min(age) AS days_since_report,
    count(*) FILTER (age <= 365) AS reports_1y,
    count(*) FILTER (age <= 1095) AS reports_3y,
    count(*) FILTER (age <= 365 AND category IN ('housing', 'registration')) AS housing_reports_1y,
    count(*) FILTER (age <= 365 AND category IN ('nuisance', 'waste')) AS nuisance_reports_1y,
    count(*) FILTER (age <= 730 AND category = 'premises') AS premises_reports_2y
FROM told_of GROUP BY id;

CREATE OR REPLACE TEMP TABLE permitted AS
WITH asked AS (
    SELECT address_id::BIGINT AS id, kind, happened_on, told(decision, decision_known_on) AS decision,
        coalesce(told(valid_until_on, decision_known_on) >= day(), true) AS lasting
    FROM events_permits WHERE seen(happened_on, known_on, superseded_on, withdrawn)
)
SELECT id,
    count(*) FILTER (lasting AND decision = 'granted' AND kind = 'hospitality') AS hospitality_permits_now,
    count(*) FILTER (happened_on >= day() - 1095) AS permit_applications_3y,
    count(*) FILTER (lasting AND decision = 'granted' AND kind IN ('conversion', 'room-rental')) AS sharing_permits_now
FROM asked GROUP BY id;

CREATE OR REPLACE TEMP TABLE address_quality AS
SELECT address_id::BIGINT AS id,
    count(*) FILTER (happened_on >= day() - 1825 AND told(result, result_known_on) = 'adjusted') AS address_quality_adjusted_5y,
    count(*) FILTER (happened_on >= day() - 1095) AS address_quality_signals_3y,
    (day() - max(happened_on))::INT AS days_since_address_quality_signal
FROM events_address_quality_signals WHERE seen(happened_on, known_on, superseded_on, withdrawn) GROUP BY id;

CREATE OR REPLACE TEMP TABLE register_quality AS
WITH doubted AS (
    SELECT address_id::BIGINT AS id, kind, (day() - happened_on)::INT AS age, told(result, result_known_on) AS result
    FROM events_register_signals WHERE seen(happened_on, known_on, superseded_on, withdrawn)
)
SELECT id,
    min(age) FILTER (kind = 'returned-mail') AS days_since_returned_mail,
    ratio(count(*) FILTER (age <= 1095 AND result = 'confirmed'), count(*) FILTER (age <= 1095 AND result IS NOT NULL)) AS register_confirmed_share_3y,
    count(*) FILTER (age <= 1095 AND result = 'corrected') AS register_corrections_3y,
    count(*) FILTER (age <= 1095 AND kind = 'correction-report') AS register_doubts_3y,
    count(*) FILTER (age <= 365 AND kind = 'returned-mail') AS returned_mail_1y,
    count(*) FILTER (age <= 1095 AND kind = 'returned-mail') AS returned_mail_3y
FROM doubted GROUP BY id;

CREATE OR REPLACE TEMP TABLE signalled AS
WITH judged AS (
    SELECT address_id::BIGINT AS id, weight, (day() - happened_on)::INT AS age, told(status, judged_on) AS status
    FROM events_signals WHERE seen(happened_on, known_on, superseded_on, withdrawn)
)
SELECT id,
    min(age) AS days_since_signal,
    max(weight) FILTER (age <= 1095) AS heaviest_signal_3y,
    count(*) FILTER (age <= 1095 AND status = 'hit') AS signal_hits_3y,
    ratio(signal_hits_3y, count(*) FILTER (age <= 1095 AND status IS NOT NULL)) AS signal_hit_share_3y,
    count(*) FILTER (age <= 365) AS signals_1y,
    count(*) FILTER (age <= 365) - count(*) FILTER (age > 365 AND age <= 730) AS signals_change_1y,
    count(*) FILTER (age <= 365 AND status IS NULL) AS unjudged_signals_1y
FROM judged GROUP BY id;

CREATE OR REPLACE TEMP TABLE vacant AS
SELECT address_id::BIGINT AS id, count(*) AS vacancies_now
FROM events_vacancy
WHERE seen(happened_on, known_on, superseded_on, withdrawn) AND coalesce(told(ended_on, ended_known_on) >= day(), true) GROUP BY id;

CREATE OR REPLACE TEMP TABLE used AS
SELECT address_id::BIGINT AS id, ratio(arg_max(volume_m3, ordinal) * 1000, arg_max_null(period_days, ordinal)) AS water_per_day
FROM events_water
WHERE seen(happened_on, known_on, superseded_on, withdrawn) AND happened_on >= day() - 730
    AND reading IN ('read', 'self-reported') AND NOT shared_meter AND volume_m3 IS NOT NULL
GROUP BY id;

CREATE OR REPLACE TEMP TABLE area AS
SELECT postcode, arg_max_null(average_kwh, ordinal) AS kwh, arg_max_null(average_gas_m3, ordinal) AS gas
FROM events_energy WHERE seen(happened_on, known_on, superseded_on, withdrawn) GROUP BY postcode;

-- Links: a key that one address has, or more than fifty, links nothing, so most rows are gone after the first join.
CREATE OR REPLACE TEMP TABLE household_links AS
WITH shared AS (SELECT h.* FROM household h SEMI JOIN (SELECT key FROM household GROUP BY key HAVING count(*) > 1) USING (key)),
valued AS (
    SELECT s.*, s.newest <= 1095 AS recent, coalesce(e.findings_3y, 0) AS findings, coalesce(o.short_stays_3y, 0) AS short
    FROM shared s LEFT JOIN examined e USING (id) LEFT JOIN occupancy o USING (id)
),
keys AS (
    SELECT key, count(*) FILTER (recent) AS number, count(*) FILTER (here) AS number_now, sum(findings) FILTER (recent) AS findings,
        sum(short) FILTER (recent) AS short
    FROM valued GROUP BY key
)
SELECT id,
    sum(k.number - 1) FILTER (recent AND k.number <= 50) AS household_other_addresses_3y,
    sum(k.number_now - 1) FILTER (here AND k.number_now <= 50) AS household_other_addresses_now,
    sum(k.findings - v.findings) FILTER (recent AND k.number <= 50) AS household_other_findings_3y,
    sum(k.short - v.short) FILTER (recent AND k.number <= 50) AS household_other_short_stays_3y
FROM valued v JOIN keys k USING (key) GROUP BY id;

CREATE OR REPLACE TEMP TABLE owner_links AS
WITH pairs AS (SELECT DISTINCT id, key FROM owners WHERE here),
shared AS (SELECT p.* FROM pairs p SEMI JOIN (SELECT key FROM pairs GROUP BY key HAVING count(*) BETWEEN 2 AND 50) USING (key)),
valued AS (
    SELECT s.*, coalesce(e.findings_3y, 0) AS findings, coalesce(r.reports_1y, 0) AS reports
    FROM shared s LEFT JOIN examined e USING (id) LEFT JOIN reported r USING (id)
),
keys AS (SELECT key, count(*) AS number, sum(findings) AS findings, sum(reports) AS reports FROM valued GROUP BY key)
SELECT id, sum(k.number - 1) AS owner_other_addresses, sum(k.findings - v.findings) AS owner_other_findings_3y,
    sum(k.reports - v.reports) AS owner_other_reports_1y
FROM valued v JOIN keys k USING (key) GROUP BY id;

CREATE OR REPLACE TEMP TABLE director_links AS
WITH pairs AS (SELECT id, director_key AS key, bool_or(here) AS here FROM shops WHERE director_key IS NOT NULL GROUP BY ALL),
shared AS (SELECT p.* FROM pairs p SEMI JOIN (SELECT key FROM pairs GROUP BY key HAVING count(*) > 1) USING (key)),
valued AS (SELECT s.*, coalesce(b.short_lived_businesses_3y, 0) AS stopped FROM shared s LEFT JOIN business b USING (id)),
keys AS (SELECT key, count(*) AS number, count(*) FILTER (here) AS number_now, sum(stopped) AS stopped FROM valued GROUP BY key)
SELECT id,
    sum(k.number_now - 1) FILTER (here AND k.number_now <= 50) AS director_other_addresses,
    sum(k.stopped - v.stopped) FILTER (k.number <= 50) AS director_other_stopped_3y
FROM valued v JOIN keys k USING (key) GROUP BY id;

CREATE OR REPLACE TEMP TABLE business_links AS
WITH pairs AS (SELECT DISTINCT id, business_key AS key FROM shops WHERE here),
keys AS (SELECT key, count(*) AS number FROM pairs GROUP BY key HAVING count(*) BETWEEN 2 AND 50)
SELECT id, sum(number - 1) AS business_other_addresses FROM pairs JOIN keys USING (key) GROUP BY id;

-- Groups: objects of one type and use that stand on the day.
CREATE OR REPLACE TEMP TABLE members AS
SELECT a.id, a.building_id, a.postcode, a.neighbourhood, a.object_type, a.use, a.floor_area_m2 AS area, o.residents_now AS residents,
    ratio(a.floor_area_m2, o.residents_now) AS space, coalesce(o.registrations_3y, 0) AS registrations,
    coalesce(b.businesses_now, 0) AS businesses, coalesce(r.reports_3y, 0) AS reports, u.water_per_day AS water
FROM objects a LEFT JOIN occupancy o USING (id) LEFT JOIN business b USING (id) LEFT JOIN reported r USING (id) LEFT JOIN used u USING (id)
WHERE a.standing;

CREATE OR REPLACE TEMP TABLE in_postcode AS
WITH totals AS (
    SELECT postcode, object_type, use, sum(area) AS area, count(area) AS areas, sum(residents) AS residents, count(residents) AS homes,
        sum(registrations) AS registrations, sum(reports) AS reports, count(*) AS number
    FROM members WHERE postcode IS NOT NULL GROUP BY ALL
)
SELECT id,
    mean_of_others(t.area, m.area, t.areas) AS area,
    mean_of_others(t.residents, m.residents, t.homes) AS residents,
    mean_of_others(t.registrations, m.registrations, t.number) AS registrations,
    mean_of_others(t.reports, m.reports, t.number) AS reports
FROM members m JOIN totals t USING (postcode, object_type, use);

CREATE OR REPLACE TEMP TABLE in_building AS
WITH totals AS (
    SELECT building_id, object_type, use, sum(space) AS space, count(space) AS homes, sum(reports) AS reports, count(*) AS number
    FROM members WHERE building_id IS NOT NULL GROUP BY ALL HAVING count(*) > 1
)
SELECT id, mean_of_others(t.space, m.space, t.homes) AS space, mean_of_others(t.reports, m.reports, t.number) AS reports
FROM members m JOIN totals t USING (building_id, object_type, use);

-- Ranks: whole numbers repeat, so they are ranked once per value; the others in a window. Equal ones count for half.
CREATE OR REPLACE TEMP MACRO place(lower, upto, number) AS (lower + upto - 1)::DOUBLE / nullif(2 * (number - 1), 0);

CREATE OR REPLACE TEMP TABLE businesses_in_postcode AS
WITH levels AS (SELECT postcode, object_type, use, businesses, count(*) AS c FROM members WHERE postcode IS NOT NULL GROUP BY ALL)
SELECT postcode, object_type, use, businesses, place(sum(c) OVER upwards - c, sum(c) OVER upwards, sum(c) OVER whole) AS rank
FROM levels WINDOW whole AS (PARTITION BY postcode, object_type, use), upwards AS (PARTITION BY postcode, object_type, use ORDER BY businesses);

CREATE OR REPLACE TEMP TABLE reports_in_postcode AS
WITH levels AS (SELECT postcode, object_type, use, reports, count(*) AS c FROM members WHERE postcode IS NOT NULL GROUP BY ALL)
SELECT postcode, object_type, use, reports, place(sum(c) OVER upwards - c, sum(c) OVER upwards, sum(c) OVER whole) AS rank
FROM levels WINDOW whole AS (PARTITION BY postcode, object_type, use), upwards AS (PARTITION BY postcode, object_type, use ORDER BY reports);

CREATE OR REPLACE TEMP TABLE registrations_in_neighbourhood AS
WITH levels AS (SELECT neighbourhood, object_type, use, registrations, count(*) AS c FROM members WHERE neighbourhood IS NOT NULL GROUP BY ALL)
SELECT neighbourhood, object_type, use, registrations, place(sum(c) OVER upwards - c, sum(c) OVER upwards, sum(c) OVER whole) AS rank
FROM levels
WINDOW whole AS (PARTITION BY neighbourhood, object_type, use), upwards AS (PARTITION BY neighbourhood, object_type, use ORDER BY registrations);

CREATE OR REPLACE TEMP TABLE space_in_neighbourhood AS
WITH levels AS (
    SELECT neighbourhood, object_type, use, space, count(*) AS c FROM members WHERE neighbourhood IS NOT NULL AND space IS NOT NULL GROUP BY ALL
)
SELECT neighbourhood, object_type, use, space, place(sum(c) OVER upwards - c, sum(c) OVER upwards, sum(c) OVER whole) AS rank
FROM levels WINDOW whole AS (PARTITION BY neighbourhood, object_type, use), upwards AS (PARTITION BY neighbourhood, object_type, use ORDER BY space);

CREATE OR REPLACE TEMP TABLE water_in_postcode AS
SELECT id, place(rank() OVER upwards - 1, round(cume_dist() OVER upwards * count(*) OVER whole), count(*) OVER whole) AS rank
FROM members WHERE postcode IS NOT NULL AND water IS NOT NULL
WINDOW whole AS (PARTITION BY postcode, object_type, use), upwards AS (PARTITION BY postcode, object_type, use ORDER BY water);

CREATE OR REPLACE TEMP TABLE ranked_in_building AS
WITH shared AS (
    SELECT m.* FROM members m
    SEMI JOIN (SELECT building_id, object_type, use FROM members GROUP BY ALL HAVING count(*) > 1) USING (building_id, object_type, use)
),
areas AS (
    SELECT id, place(rank() OVER upwards - 1, round(cume_dist() OVER upwards * count(*) OVER whole), count(*) OVER whole) AS area
    FROM shared WHERE area IS NOT NULL
    WINDOW whole AS (PARTITION BY building_id, object_type, use), upwards AS (PARTITION BY building_id, object_type, use ORDER BY area)
),
homes AS (
    SELECT id, place(rank() OVER upwards - 1, round(cume_dist() OVER upwards * count(*) OVER whole), count(*) OVER whole) AS residents
    FROM shared WHERE residents IS NOT NULL
    WINDOW whole AS (PARTITION BY building_id, object_type, use), upwards AS (PARTITION BY building_id, object_type, use ORDER BY residents)
)
SELECT id, area, residents FROM areas FULL JOIN homes USING (id);

CREATE OR REPLACE TEMP TABLE among AS
SELECT m.id, p.area, p.residents, p.registrations, p.reports, l.space AS building_space, l.reports AS building_reports,
    b.rank AS businesses_rank, s.rank AS space_rank, k.area AS area_rank, n.rank AS registrations_rank, r.rank AS reports_rank,
    k.residents AS residents_rank, w.rank AS water_rank
FROM members m
LEFT JOIN in_postcode p USING (id) LEFT JOIN in_building l USING (id) LEFT JOIN ranked_in_building k USING (id) LEFT JOIN water_in_postcode w USING (id)
LEFT JOIN businesses_in_postcode b ON (b.postcode, b.object_type, b.use, b.businesses) = (m.postcode, m.object_type, m.use, m.businesses)
LEFT JOIN reports_in_postcode r ON (r.postcode, r.object_type, r.use, r.reports) = (m.postcode, m.object_type, m.use, m.reports)
LEFT JOIN registrations_in_neighbourhood n
    ON (n.neighbourhood, n.object_type, n.use, n.registrations) = (m.neighbourhood, m.object_type, m.use, m.registrations)
LEFT JOIN space_in_neighbourhood s ON (s.neighbourhood, s.object_type, s.use, s.space) = (m.neighbourhood, m.object_type, m.use, m.space);

-- One row per row of the frame: one join per table above, all of them by number.
CREATE OR REPLACE TEMP VIEW delivered AS
SELECT f.address_id, f.as_of, a.building_id, a.neighbourhood,
    o.residents_now::DOUBLE AS residents_now,
    a.built_year::DOUBLE AS built_year,
    a.floor_area_m2::DOUBLE AS floor_area_m2,
    ratio(a.floor_area_m2, m.area)::DOUBLE AS floor_area_vs_postcode,
    coalesce(a.use = 'hospitality', false)::DOUBLE AS used_for_hospitality,
    coalesce(a.use = 'industry', false)::DOUBLE AS used_for_industry,
    coalesce(b.businesses_now, 0)::DOUBLE AS businesses_now,
    coalesce(b.businesses_started_1y, 0)::DOUBLE AS businesses_started_1y,
    coalesce(b.businesses_started_3y, 0)::DOUBLE AS businesses_started_3y,
    coalesce(b.hospitality_operators_5y, 0)::DOUBLE AS hospitality_operators_5y,
    b.oldest_business_days::DOUBLE AS oldest_business_days,
    coalesce(b.short_lived_businesses_3y, 0)::DOUBLE AS short_lived_businesses_3y,
    coalesce(b.storage_businesses_now, 0)::DOUBLE AS storage_businesses_now,
    ratio(o.residents_now * 1000, y.kwh)::DOUBLE AS residents_per_area_electricity,
    ratio(o.residents_now * 1000, y.gas)::DOUBLE AS residents_per_area_gas,
    u.water_per_day::DOUBLE AS water_per_day,
    ratio(u.water_per_day * 1000, y.kwh)::DOUBLE AS water_per_area_electricity,
    e.days_since_inspection::DOUBLE AS days_since_inspection,
    coalesce(e.findings_3y, 0)::DOUBLE AS findings_3y,
    coalesce(e.findings_ever, 0)::DOUBLE AS findings_ever,
    coalesce(e.inspections_ever, 0)::DOUBLE AS inspections_ever,
    coalesce(e.unopened_visits_3y, 0)::DOUBLE AS unopened_visits_3y,
    e.violations_last::DOUBLE AS violations_last,
    coalesce(hl.household_other_addresses_3y, 0)::DOUBLE AS household_other_addresses_3y,
    coalesce(hl.household_other_addresses_now, 0)::DOUBLE AS household_other_addresses_now,
    coalesce(hl.household_other_findings_3y, 0)::DOUBLE AS household_other_findings_3y,
    coalesce(hl.household_other_short_stays_3y, 0)::DOUBLE AS household_other_short_stays_3y,
    coalesce(b.brief_businesses_5y, 0)::DOUBLE AS brief_businesses_5y,
    coalesce(b.business_directors_3y, 0)::DOUBLE AS business_directors_3y,
    coalesce(b.business_starts_change_2y, 0)::DOUBLE AS business_starts_change_2y,
    (ratio(coalesce(b.businesses_now, 0) * 100, a.floor_area_m2))::DOUBLE AS businesses_per_100m2,
    coalesce(b.legal_forms_now, 0)::DOUBLE AS legal_forms_now,
    coalesce(b.private_companies_now, 0)::DOUBLE AS private_companies_now,
    coalesce(b.sole_traders_now, 0)::DOUBLE AS sole_traders_now,
    coalesce(o.households_now, 0)::DOUBLE AS households_now,
    (ratio(coalesce(b.sole_traders_now, 0), o.households_now))::DOUBLE AS sole_traders_per_household,
    o.days_since_registration::DOUBLE AS days_since_registration,
    coalesce(h.distinct_households_3y, 0)::DOUBLE AS distinct_households_3y,
    coalesce(o.ended_registrations_2y, 0)::DOUBLE AS ended_registrations_2y,
    coalesce(o.registrations_1y, 0)::DOUBLE AS registrations_1y,
    coalesce(o.registrations_3y, 0)::DOUBLE AS registrations_3y,
    (ratio(coalesce(o.registrations_3y, 0), m.registrations))::DOUBLE AS registrations_vs_postcode_3y,
    coalesce(dl.director_other_addresses, 0)::DOUBLE AS director_other_addresses,
    coalesce(dl.director_other_stopped_3y, 0)::DOUBLE AS director_other_stopped_3y,
    coalesce(ol.owner_other_addresses, 0)::DOUBLE AS owner_other_addresses,
    coalesce(ol.owner_other_findings_3y, 0)::DOUBLE AS owner_other_findings_3y,
    coalesce(ol.owner_other_reports_1y, 0)::DOUBLE AS owner_other_reports_1y,
    r.days_since_report::DOUBLE AS days_since_report,
    coalesce(r.housing_reports_1y, 0)::DOUBLE AS housing_reports_1y,
    coalesce(r.nuisance_reports_1y, 0)::DOUBLE AS nuisance_reports_1y,
    coalesce(r.premises_reports_2y, 0)::DOUBLE AS premises_reports_2y,
    coalesce(r.reports_1y, 0)::DOUBLE AS reports_1y,
    coalesce(r.reports_3y, 0)::DOUBLE AS reports_3y,
    (ratio(coalesce(r.reports_3y, 0), m.reports))::DOUBLE AS reports_vs_postcode_3y,
    ratio(a.floor_area_m2, o.residents_now)::DOUBLE AS floor_area_per_resident,
    (ratio(ratio(a.floor_area_m2, o.residents_now), m.building_space))::DOUBLE AS floor_area_per_resident_vs_building,
    coalesce(o.registrations_investigated, 0)::DOUBLE AS registrations_investigated,
    ratio(o.residents_now, m.residents)::DOUBLE AS residents_vs_postcode,
    coalesce(w.company_owners_now, 0)::DOUBLE AS company_owners_now,
    w.days_since_transfer::DOUBLE AS days_since_transfer,
    coalesce(w.transfers_5y, 0)::DOUBLE AS transfers_5y,
    coalesce(p.hospitality_permits_now, 0)::DOUBLE AS hospitality_permits_now,
    coalesce(p.permit_applications_3y, 0)::DOUBLE AS permit_applications_3y,
    coalesce(p.sharing_permits_now, 0)::DOUBLE AS sharing_permits_now,
    coalesce(q.address_quality_adjusted_5y, 0)::DOUBLE AS address_quality_adjusted_5y,
    coalesce(q.address_quality_signals_3y, 0)::DOUBLE AS address_quality_signals_3y,
    q.days_since_address_quality_signal::DOUBLE AS days_since_address_quality_signal,
    g.days_since_returned_mail::DOUBLE AS days_since_returned_mail,
    g.register_confirmed_share_3y::DOUBLE AS register_confirmed_share_3y,
    coalesce(g.register_corrections_3y, 0)::DOUBLE AS register_corrections_3y,
    coalesce(g.register_doubts_3y, 0)::DOUBLE AS register_doubts_3y,
    coalesce(g.returned_mail_1y, 0)::DOUBLE AS returned_mail_1y,
    coalesce(g.returned_mail_3y, 0)::DOUBLE AS returned_mail_3y,
    s.days_since_signal::DOUBLE AS days_since_signal,
    s.heaviest_signal_3y::DOUBLE AS heaviest_signal_3y,
    s.signal_hit_share_3y::DOUBLE AS signal_hit_share_3y,
    coalesce(s.signal_hits_3y, 0)::DOUBLE AS signal_hits_3y,
    coalesce(s.signals_1y, 0)::DOUBLE AS signals_1y,
    coalesce(s.signals_change_1y, 0)::DOUBLE AS signals_change_1y,
    coalesce(s.unjudged_signals_1y, 0)::DOUBLE AS unjudged_signals_1y,
    m.businesses_rank::DOUBLE AS businesses_rank_postcode,
    m.space_rank::DOUBLE AS floor_area_per_resident_rank_neighbourhood,
    m.area_rank::DOUBLE AS floor_area_rank_building,
    m.registrations_rank::DOUBLE AS registrations_rank_neighbourhood_3y,
    (coalesce(r.reports_3y, 0) - m.building_reports)::DOUBLE AS reports_minus_building_3y,
    m.reports_rank::DOUBLE AS reports_rank_postcode_3y,
    m.residents_rank::DOUBLE AS residents_rank_building,
    m.water_rank::DOUBLE AS water_rank_postcode,
    coalesce(bl.business_other_addresses, 0)::DOUBLE AS business_other_addresses,
    b.newest_business_days::DOUBLE AS newest_business_days,
    e.violations_per_inspection::DOUBLE AS violations_per_inspection,
    (coalesce(h.households_5y, 0) / 5)::DOUBLE AS households_per_year_5y,
    o.longest_stay_days::DOUBLE AS longest_stay_days,
    ratio(o.recent, o.households_now)::DOUBLE AS recent_household_share_1y,
    coalesce(2 * o.registrations_1y - o.registrations_2y, 0)::DOUBLE AS registrations_change_1y,
    coalesce(o.registrations_gone_1y, 0)::DOUBLE AS registrations_gone_1y,
    ratio(o.short_5y, o.ended_5y)::DOUBLE AS short_stay_share_5y,
    coalesce(o.short_stays_3y, 0)::DOUBLE AS short_stays_3y,
    coalesce(v.vacancies_now, 0)::DOUBLE AS vacancies_now,
    (coalesce(b.businesses_now * (v.vacancies_now > 0)::INT, 0))::DOUBLE AS businesses_while_vacant
FROM (SELECT address_id, as_of, address_id::BIGINT AS id FROM frame WHERE as_of = day()) f
LEFT JOIN objects a USING (id) LEFT JOIN occupancy o USING (id) LEFT JOIN households h USING (id) LEFT JOIN business b USING (id)
LEFT JOIN owning w USING (id) LEFT JOIN examined e USING (id) LEFT JOIN reported r USING (id) LEFT JOIN permitted p USING (id)
LEFT JOIN address_quality q USING (id) LEFT JOIN register_quality g USING (id) LEFT JOIN signalled s USING (id) LEFT JOIN vacant v USING (id)
LEFT JOIN used u USING (id) LEFT JOIN area y ON y.postcode = a.postcode LEFT JOIN household_links hl USING (id) LEFT JOIN owner_links ol USING (id)
LEFT JOIN director_links dl USING (id) LEFT JOIN business_links bl USING (id) LEFT JOIN among m USING (id)
ORDER BY f.address_id;
