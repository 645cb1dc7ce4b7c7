-- Reports: a CSV a year; a third has no id but the address as someone typed it, which linkage reads and then drops.
SELECT
    "Meldnummer" AS record_id,
    lpad("Object", 16, '0') AS address_id,
    "Adres volgens melder" AS address_text,
    try_strptime("Gemeld op", '%d-%m-%Y %H:%M')::DATE AS happened_on,
    try_strptime("Ontvangen op", '%d-%m-%Y')::DATE AS known_on,
    "Vervallen" = 'J' AS withdrawn,
    CASE "Kanaal"
        WHEN 'App' THEN 'app'
        WHEN 'Telefoon' THEN 'telephone'
        WHEN 'E-mail' THEN 'email'
        WHEN 'Balie' THEN 'counter'
        WHEN 'Overig' THEN 'other'
        ELSE "Kanaal"
    END AS channel,
    CASE "Categorie"
        WHEN 'Overlast' THEN 'nuisance'
        WHEN 'Afval' THEN 'waste'
        WHEN 'Woonsituatie' THEN 'housing'
        WHEN 'Bedrijfspand' THEN 'premises'
        WHEN 'Inschrijving' THEN 'registration'
        WHEN 'Overig' THEN 'other'
        ELSE "Categorie"
    END AS category,
    try_strptime("Afgehandeld op", '%d-%m-%Y')::DATE AS closed_on,
    try_strptime("Afhandeling geboekt op", '%d-%m-%Y')::DATE AS closed_known_on
FROM raw_meldingen
