-- Allocations: new tenancies of the housing corporations (parquet).
SELECT
    toewijzing_nr AS record_id,
    object AS address_id,
    ingangsdatum AS happened_on,
    aangeleverd_op AS known_on,
    flag(vervallen, 'J', 'N') AS withdrawn,
    kamers AS rooms,
    CASE soort WHEN 'Regulier' THEN 'regular' WHEN 'Tijdelijk' THEN 'temporary' WHEN 'Woningruil' THEN 'exchange' ELSE soort END AS kind
FROM raw_toewijzingen
