-- National address-quality signals: one CSV; the municipality's answer is filled in later. From whom a signal comes is not in it.
SELECT
    "Signaalnummer" AS record_id,
    padded("Object", 16) AS address_id,
    day_of("Ronde van", '%d-%m-%Y') AS happened_on,
    day_of("Ontvangen op", '%d-%m-%Y') AS known_on,
    flag("Vervallen", 'J', 'N') AS withdrawn,
    CASE "Terugkoppeling"
        WHEN 'Adres aangepast' THEN 'adjusted'
        WHEN 'Inschrijving klopt' THEN 'correct'
        WHEN 'Niet vast te stellen' THEN 'undetermined'
        ELSE "Terugkoppeling"
    END AS result,
    day_of("Teruggekoppeld op", '%d-%m-%Y') AS result_known_on
FROM raw_adreskwaliteit
