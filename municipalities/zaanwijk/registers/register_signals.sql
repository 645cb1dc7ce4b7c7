-- Register signals: one CSV of civil affairs with returned mail and reports of doubt; ids lost their leading zero in a spreadsheet.
SELECT
    "Volgnummer" AS record_id,
    lpad("Object", 16, '0') AS address_id,
    try_strptime("Geconstateerd op", '%d-%m-%Y')::DATE AS happened_on,
    try_strptime("Geboekt op", '%d-%m-%Y')::DATE AS known_on,
    "Vervallen" = 'J' AS withdrawn,
    CASE "Soort" WHEN 'Retourpost' THEN 'returned-mail' WHEN 'Terugmelding' THEN 'correction-report' ELSE "Soort" END AS kind,
    CASE "Register" WHEN 'BRP' THEN 'registrations' WHEN 'BAG' THEN 'addresses' WHEN 'HR' THEN 'businesses' ELSE 'other' END AS register,
    CASE "Resultaat" WHEN 'Gecorrigeerd' THEN 'corrected' WHEN 'Klopte' THEN 'confirmed' WHEN 'Niet te bepalen' THEN 'undetermined' ELSE "Resultaat" END AS result,
    try_strptime("Resultaat geboekt op", '%d-%m-%Y')::DATE AS result_known_on
FROM raw_registersignalen
