-- Rental hotline: one CSV; some reports have no id but the address as someone typed it, which linkage reads and then drops.
SELECT
    "Nummer" AS record_id,
    padded("Object", 16) AS address_id,
    "Adres volgens melder" AS address_text,
    day_of("Gemeld op", '%d-%m-%Y %H:%M') AS happened_on,
    day_of("Ontvangen op", '%d-%m-%Y') AS known_on,
    flag("Vervallen", 'J', 'N') AS withdrawn,
    CASE "Onderwerp"
        WHEN 'Verhuur zonder vergunning' THEN 'letting-unpermitted'
        WHEN 'Mag niet inschrijven' THEN 'registration-barred'
        WHEN 'Onderhoud' THEN 'upkeep'
        WHEN 'Intimidatie of overlast' THEN 'pressure'
        WHEN 'Overig' THEN 'other'
        ELSE "Onderwerp"
    END AS subject,
    day_of("Afgehandeld op", '%d-%m-%Y') AS closed_on,
    day_of("Afhandeling geboekt op", '%d-%m-%Y') AS closed_known_on
FROM raw_meldpunt
