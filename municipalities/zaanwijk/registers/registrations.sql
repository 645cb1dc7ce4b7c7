-- Registrations: arrivals and departures come in two extracts of the population register; counts and keyed hashes only.
-- A departure, its correction and its annulment are each a later version of the registration, known from the day it was processed:
-- an arrival is read with the departure known by then, and a departure with the arrival known by then.
-- A departure without an arrival, or without a day, is kept as a row that breaks the contract, so that it is counted.
WITH arrivals AS (
    SELECT
        inschrijving_nr AS record_id,
        adresseerbaar_object AS address_id,
        datum_vestiging AS happened_on,
        greatest(verwerkt_op, datum_vestiging) AS known_on,
        flag(vervallen, 'J', 'N') AS withdrawn,
        huishoud_sleutel AS household_key,
        aantal AS residents,
        flag(in_onderzoek, 'J', 'N') AS under_investigation,
        row_number() OVER () AS place_in_file
    FROM raw_brp_vestiging
),
-- Of two arrivals of one record and day the later in the file counts, here as among the versions.
last_arrivals AS (
    SELECT DISTINCT ON (record_id, known_on) * FROM arrivals ORDER BY record_id, known_on, place_in_file DESC
),
departures AS (
    SELECT DISTINCT ON (inschrijving_nr, verwerkt_op)
        inschrijving_nr AS record_id,
        verwerkt_op AS processed_on,
        CASE WHEN vervallen = 'N' THEN datum_vertrek END AS ended_on,
        CASE WHEN vervallen = 'N' THEN verwerkt_op END AS ended_known_on
    FROM raw_brp_vertrek
    ORDER BY inschrijving_nr, verwerkt_op, vervallen DESC, datum_vertrek
)
SELECT a.*, d.ended_on, d.ended_known_on
FROM arrivals a ASOF LEFT JOIN departures d ON a.record_id = d.record_id AND a.known_on >= d.processed_on
UNION ALL BY NAME
SELECT a.* REPLACE (d.processed_on AS known_on), d.ended_on, d.ended_known_on
FROM departures d ASOF JOIN last_arrivals a ON d.record_id = a.record_id AND d.processed_on >= a.known_on
UNION ALL BY NAME
SELECT d.record_id, NULL AS address_id, NULL AS happened_on, d.processed_on AS known_on, d.ended_on, d.ended_known_on
FROM departures d
WHERE d.processed_on IS NULL OR NOT EXISTS (FROM arrivals a WHERE a.record_id = d.record_id)
