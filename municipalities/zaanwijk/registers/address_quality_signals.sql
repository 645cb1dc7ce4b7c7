-- National address-quality signals: one CSV; the municipality's answer is filled in later. From whom a signal comes is not in it.
SELECT
    "Signaalnummer" AS record_id,
    lpad("Object", 16, '0') AS address_id,
    try_strptime("Ronde van", '%d-%m-%Y')::DATE AS happened_on,
    try_strptime("Ontvangen op", '%d-%m-%Y')::DATE AS known_on,
    "Vervallen" = 'J' AS withdrawn,
    CASE "Terugkoppeling"
        WHEN 'Adres aangepast' THEN 'adjusted'
        WHEN 'Inschrijving klopt' THEN 'correct'
        WHEN 'Niet vast te stellen' THEN 'undetermined'
        ELSE "Terugkoppeling"
    END AS result,
    try_strptime("Teruggekoppeld op", '%d-%m-%Y')::DATE AS result_known_on
FROM raw_adreskwaliteit
