-- Reports: a CSV a year; a third has no id but the address as someone typed it, which linkage reads and then drops.
SELECT
    "Meldnummer" AS record_id,
    padded("Object", 16) AS address_id,
    "Adres volgens melder" AS address_text,
    day_of("Gemeld op", '%d-%m-%Y %H:%M') AS happened_on,
    day_of("Ontvangen op", '%d-%m-%Y') AS known_on,
    flag("Vervallen", 'J', 'N') AS withdrawn,
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
    day_of("Afgehandeld op", '%d-%m-%Y') AS closed_on,
    day_of("Afhandeling geboekt op", '%d-%m-%Y') AS closed_known_on
FROM raw_meldingen
