-- Inspections: the enforcement system (parquet), objections from the legal office (CSV), and outcomes that came back to Schouw itself.
-- Each decision on an objection is a later version of the same record.
WITH lines AS (
    SELECT
        regelnummer AS record_id,
        object AS address_id,
        besloten_op AS happened_on,
        gewijzigd_op AS known_on,
        flag(vervallen, 'J', 'N') AS withdrawn,
        controlenummer AS inspection_id,
        zaaknummer AS case_id,
        thema AS theme,
        CASE aanleiding WHEN 'Melding' THEN 'report' WHEN 'Lijst' THEN 'list' WHEN 'Steekproef' THEN 'random' ELSE aanleiding END AS trigger,
        steekproefkader AS frame,
        trekkingskans AS propensity,
        kader_adressen AS frame_size,
        kader_op_score AS frame_listed,
        kader_geloot AS frame_drawn,
        team,
        bezocht_op AS visited_on,
        CASE verloop
            WHEN 'Niet uitgevoerd' THEN 'not-carried-out'
            WHEN 'Administratief' THEN 'desk-only'
            WHEN 'Niemand thuis' THEN 'nobody-home'
            WHEN 'Toegang geweigerd' THEN 'entry-refused'
            WHEN 'Gecontroleerd' THEN 'inspected'
            ELSE verloop
        END AS course,
        verloop_geboekt_op AS course_known_on,
        bevinding AS finding,
        aantal_overtredingen AS violations,
        bevinding_geboekt_op AS finding_known_on,
        CASE maatregel
            WHEN 'Geen' THEN 'none'
            WHEN 'Waarschuwing' THEN 'warning'
            WHEN 'Last onder dwangsom' THEN 'penalty-order'
            WHEN 'Bestuurlijke boete' THEN 'fine'
            WHEN 'Sluiting' THEN 'closure'
            WHEN 'Intrekking vergunning' THEN 'permit-withdrawn'
            ELSE maatregel
        END AS measure,
        maatregel_geboekt_op AS measure_known_on,
        CASE WHEN maatregel <> 'Geen' THEN 'first-decision' END AS standing,
        CASE WHEN maatregel <> 'Geen' THEN maatregel_geboekt_op END AS standing_known_on,
        row_number() OVER () AS place_in_file
    FROM raw_controles
),
decisions AS (
    SELECT
        "Regelnummer" AS record_id,
        CASE "Beslissing" WHEN 'Ongegrond' THEN 'upheld' WHEN 'Gegrond, besluit herroepen' THEN 'revoked' ELSE "Beslissing" END AS standing,
        try_cast(day_of("Datum beslissing", '%d-%m-%Y') AS DATE) AS standing_known_on,
        row_number() OVER () AS place_in_file
    FROM raw_bezwaren
),
objections AS (
    SELECT record_id, standing, standing_known_on, max(place_in_file) AS place_in_file FROM decisions GROUP BY ALL
),
-- Of two lines, or two decisions, of one record and day the later in its file counts, here as among the versions.
last_lines AS (
    SELECT DISTINCT ON (record_id, known_on) * FROM lines ORDER BY record_id, known_on, place_in_file DESC
),
last_objections AS (
    SELECT DISTINCT ON (record_id, standing_known_on) * FROM objections ORDER BY record_id, standing_known_on, place_in_file DESC
)
-- A line changed after a decision on an objection keeps that decision, and a decision is read with the line as it then stood.
SELECT
    l.* REPLACE (
        coalesce(o.standing, l.standing) AS standing,
        coalesce(o.standing_known_on, l.standing_known_on) AS standing_known_on,
        [l.place_in_file, coalesce(o.place_in_file, 0)] AS place_in_file
    )
FROM lines l ASOF LEFT JOIN last_objections o ON l.record_id = o.record_id AND l.known_on >= o.standing_known_on
UNION ALL BY NAME
SELECT
    l.* REPLACE (
        o.standing_known_on AS known_on, o.standing AS standing, o.standing_known_on AS standing_known_on, [l.place_in_file, o.place_in_file] AS place_in_file
    )
FROM objections o ASOF JOIN last_lines l ON o.record_id = l.record_id AND o.standing_known_on >= l.known_on
UNION ALL BY NAME
-- A decision on a line that nobody knows, or without a day, breaks the contract, and is counted.
SELECT o.record_id, o.standing_known_on AS known_on, o.standing, o.standing_known_on
FROM objections o
WHERE o.standing_known_on IS NULL OR NOT EXISTS (FROM lines l WHERE l.record_id = o.record_id)
UNION ALL BY NAME
SELECT
    'schouw:' || client_id || ':' || inspection_id || ':' || theme AS record_id,
    address_id,
    decided_on AS happened_on,
    -- Known to the municipality's scoring only since it was received, whatever the sender says.
    greatest(try_cast(received_on AS DATE), try_cast(decided_on AS DATE)) AS known_on,
    false AS withdrawn,
    inspection_id,
    case_id,
    theme,
    trigger,
    NULL AS frame,
    NULL AS propensity,
    NULL AS frame_size,
    NULL AS frame_listed,
    NULL AS frame_drawn,
    team,
    visited_on,
    course,
    course_known_on,
    finding,
    violations,
    severe_violations,
    finding_known_on,
    measure,
    measure_known_on,
    standing,
    standing_known_on,
    -- A correction sent on the same day wins from what it corrects.
    [try_cast(version AS BIGINT)] AS place_in_file
FROM raw_outcomes
