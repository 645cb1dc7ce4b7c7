-- Vacancy: one CSV of the housing department; ids lost their leading zero in a spreadsheet.
SELECT
    "Leegstandnummer" AS record_id,
    padded("Object", 16) AS address_id,
    day_of("Leeg sinds", '%d-%m-%Y') AS happened_on,
    day_of("Ingeschreven op", '%d-%m-%Y') AS known_on,
    flag("Vervallen", 'J', 'N') AS withdrawn,
    CASE "Soort"
        WHEN 'Gemeld door eigenaar' THEN 'reported'
        WHEN 'Vastgesteld' THEN 'found'
        WHEN 'Vergunning tijdelijke verhuur' THEN 'temporary-letting-permit'
        ELSE "Soort"
    END AS kind,
    day_of("Leeg tot", '%d-%m-%Y') AS ended_on,
    day_of("Einde geboekt op", '%d-%m-%Y') AS ended_known_on
FROM raw_leegstand
