-- Tourist lets: one CSV with registrations and, under the same number, the nights of each year.
SELECT
    "Registratienummer" || coalesce('-' || "Jaar", '') AS record_id,
    lpad("Object", 16, '0') AS address_id,
    try_strptime("Datum", '%d-%m-%Y')::DATE AS happened_on,
    try_strptime("Geboekt op", '%d-%m-%Y')::DATE AS known_on,
    "Vervallen" = 'J' AS withdrawn,
    CASE "Soort" WHEN 'Registratie' THEN 'registration' WHEN 'Nachten' THEN 'nights' ELSE "Soort" END AS kind,
    "Jaar" AS year,
    "Nachten" AS nights,
    try_strptime("Einde", '%d-%m-%Y')::DATE AS ended_on,
    try_strptime("Einde geboekt op", '%d-%m-%Y')::DATE AS ended_known_on
FROM raw_toeristische_verhuur
