-- Rental hotline: one CSV; some reports have no id but the address as someone typed it, which linkage reads and then drops.
SELECT
    "Nummer" AS record_id,
    lpad("Object", 16, '0') AS address_id,
    "Adres volgens melder" AS address_text,
    try_strptime("Gemeld op", '%d-%m-%Y %H:%M')::DATE AS happened_on,
    try_strptime("Ontvangen op", '%d-%m-%Y')::DATE AS known_on,
    "Vervallen" = 'J' AS withdrawn,
    CASE "Onderwerp"
        WHEN 'Verhuur zonder vergunning' THEN 'letting-unpermitted'
        WHEN 'Mag niet inschrijven' THEN 'registration-barred'
        WHEN 'Onderhoud' THEN 'upkeep'
        WHEN 'Intimidatie of overlast' THEN 'pressure'
        WHEN 'Overig' THEN 'other'
        ELSE "Onderwerp"
    END AS subject,
    try_strptime("Afgehandeld op", '%d-%m-%Y')::DATE AS closed_on,
    try_strptime("Afhandeling geboekt op", '%d-%m-%Y')::DATE AS closed_known_on
FROM raw_meldpunt
