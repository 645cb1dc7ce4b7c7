-- Registrations: arrivals and departures come in two extracts of the population register; counts and keyed hashes only.
-- A departure without an arrival is kept as a row that breaks the contract, so that it is counted.
WITH departures AS (
    SELECT inschrijving_nr, min(datum_vertrek) AS ended_on, min(verwerkt_op) AS ended_known_on
    FROM raw_brp_vertrek
    GROUP BY inschrijving_nr
)
SELECT
    a.inschrijving_nr AS record_id,
    a.adresseerbaar_object AS address_id,
    a.datum_vestiging AS happened_on,
    greatest(a.verwerkt_op, a.datum_vestiging) AS known_on,
    a.vervallen = 'J' AS withdrawn,
    a.huishoud_sleutel AS household_key,
    a.aantal AS residents,
    d.ended_on,
    d.ended_known_on,
    a.in_onderzoek = 'J' AS under_investigation
FROM raw_brp_vestiging a LEFT JOIN departures d USING (inschrijving_nr)
UNION ALL BY NAME
SELECT d.inschrijving_nr AS record_id, NULL AS address_id, NULL AS happened_on, d.ended_known_on AS known_on, d.ended_on, d.ended_known_on
FROM departures d ANTI JOIN raw_brp_vestiging a USING (inschrijving_nr)
