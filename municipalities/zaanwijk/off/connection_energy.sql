-- Energy by connection: a CSV a year with decimal commas, ids that went through a spreadsheet. Not in registers/, so nothing reads it: the source
-- is off until a legal basis is entered. Whoever has one moves this file there, and declares the extract.
SELECT
    "Levering" AS record_id,
    padded("Object", 16) AS address_id,
    "Jaar" || '-12-31' AS happened_on,
    day_of("Aangeleverd op", '%d-%m-%Y') AS known_on,
    "Jaar" AS year,
    replace("Elektriciteit (kWh)", ',', '.') AS used_kwh,
    replace("Gas (m³)", ',', '.') AS gas_m3,
    CASE "Opname" WHEN 'Opgenomen' THEN 'read' WHEN 'Zelf doorgegeven' THEN 'self-reported' WHEN 'Geschat' THEN 'estimated' ELSE "Opname" END AS reading,
    flag("Teruglevering", 'J', 'N') AS feeds_in,
    flag("Gedeelde aansluiting", 'J', 'N') AS shared_connection
FROM raw_aansluitingen
