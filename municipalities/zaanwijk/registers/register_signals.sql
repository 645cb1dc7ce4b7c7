-- Register signals: one CSV of civil affairs with returned mail and reports of doubt; ids lost their leading zero in a spreadsheet.
SELECT
    "Volgnummer" AS record_id,
    padded("Object", 16) AS address_id,
    day_of("Geconstateerd op", '%d-%m-%Y') AS happened_on,
    day_of("Geboekt op", '%d-%m-%Y') AS known_on,
    flag("Vervallen", 'J', 'N') AS withdrawn,
    CASE "Soort" WHEN 'Retourpost' THEN 'returned-mail' WHEN 'Terugmelding' THEN 'correction-report' ELSE "Soort" END AS kind,
    CASE "Register" WHEN 'BRP' THEN 'registrations' WHEN 'BAG' THEN 'addresses' WHEN 'HR' THEN 'businesses' ELSE 'other' END AS register,
    CASE "Resultaat" WHEN 'Gecorrigeerd' THEN 'corrected' WHEN 'Klopte' THEN 'confirmed' WHEN 'Niet te bepalen' THEN 'undetermined' ELSE "Resultaat" END AS result,
    day_of("Resultaat geboekt op", '%d-%m-%Y') AS result_known_on
FROM raw_registersignalen
