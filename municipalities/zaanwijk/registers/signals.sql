-- Signals: the history from the case system (parquet), and what handlers judge in Schouw itself.
SELECT
    signaalnummer AS record_id,
    object AS address_id,
    ingenomen_op AS happened_on,
    gewijzigd_op AS known_on,
    flag(vervallen, 'J', 'N') AS withdrawn,
    thema AS theme,
    gewicht AS weight,
    CASE oordeel WHEN 'Hit' THEN 'hit' WHEN 'Geen hit' THEN 'no-hit' ELSE oordeel END AS status,
    beoordeeld_op AS judged_on
FROM raw_signalen
UNION ALL BY NAME
SELECT
    'schouw:' || signal_id AS record_id,
    address_id,
    taken_in_on AS happened_on,
    -- Known to the municipality's scoring only since it was received.
    greatest(try_cast(received_on AS DATE), try_cast(taken_in_on AS DATE)) AS known_on,
    step = 'withdrawn' AS withdrawn,
    theme,
    weight,
    status,
    judged_on
-- What nobody weighed yet is an intake and no signal. A judgement changed on the same day wins from what it changes.
FROM (SELECT * FROM raw_signals WHERE weight IS NOT NULL ORDER BY try_cast(version AS BIGINT))
