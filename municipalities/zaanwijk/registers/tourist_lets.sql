-- Tourist lets: one CSV with registrations and, under the same number, the nights of each year.
SELECT
    "Registratienummer" || coalesce('-' || "Jaar", '') AS record_id,
    padded("Object", 16) AS address_id,
    day_of("Datum", '%d-%m-%Y') AS happened_on,
    day_of("Geboekt op", '%d-%m-%Y') AS known_on,
    flag("Vervallen", 'J', 'N') AS withdrawn,
    CASE "Soort" WHEN 'Registratie' THEN 'registration' WHEN 'Nachten' THEN 'nights' ELSE "Soort" END AS kind,
    "Jaar" AS year,
    "Nachten" AS nights,
    day_of("Einde", '%d-%m-%Y') AS ended_on,
    day_of("Einde geboekt op", '%d-%m-%Y') AS ended_known_on
FROM raw_toeristische_verhuur
