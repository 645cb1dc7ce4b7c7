-- Vacancy: one CSV of the housing department; ids lost their leading zero in a spreadsheet.
SELECT
    "Leegstandnummer" AS record_id,
    lpad("Object", 16, '0') AS address_id,
    try_strptime("Leeg sinds", '%d-%m-%Y')::DATE AS happened_on,
    try_strptime("Ingeschreven op", '%d-%m-%Y')::DATE AS known_on,
    "Vervallen" = 'J' AS withdrawn,
    CASE "Soort"
        WHEN 'Gemeld door eigenaar' THEN 'reported'
        WHEN 'Vastgesteld' THEN 'found'
        WHEN 'Vergunning tijdelijke verhuur' THEN 'temporary-letting-permit'
        ELSE "Soort"
    END AS kind,
    try_strptime("Leeg tot", '%d-%m-%Y')::DATE AS ended_on,
    try_strptime("Einde geboekt op", '%d-%m-%Y')::DATE AS ended_known_on
FROM raw_leegstand
