-- Protected places: the municipality's own list (CSV), kept by hand. Ids stay as they were typed: Schouw finds the object, or stops.
SELECT
    "Object" AS record_id,
    "Object" AS address_id,
    CASE "Soort plek"
        WHEN 'Instelling' THEN 'institution'
        WHEN 'Opvang' THEN 'shelter'
        WHEN 'Zorgwoning' THEN 'care'
        WHEN 'Geheim adres' THEN 'secret'
        WHEN 'Studentencomplex' THEN 'student-housing'
        WHEN 'Gecertificeerde huisvesting' THEN 'certified-housing'
        WHEN 'Beoordeeld: geen' THEN 'none'
        ELSE "Soort plek"
    END AS kind,
    day_of("Op de lijst sinds", '%d-%m-%Y') AS happened_on,
    day_of("Op de lijst sinds", '%d-%m-%Y') AS known_on
FROM raw_beschermd
