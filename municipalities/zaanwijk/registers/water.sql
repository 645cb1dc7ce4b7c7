-- Water: a CSV a year from the water company, in Windows-1252 with decimal commas; ids lost their leading zero in a spreadsheet.
SELECT
    "Levering" AS record_id,
    padded("Object", 16) AS address_id,
    day_of("Periode tot en met", '%d-%m-%Y') AS happened_on,
    day_of("Aangeleverd op", '%d-%m-%Y') AS known_on,
    day_of("Periode van", '%d-%m-%Y') AS period_start_on,
    date_diff('day', try_strptime("Periode van", '%d-%m-%Y'), try_strptime("Periode tot en met", '%d-%m-%Y')) + 1 AS period_days,
    replace("Verbruik (m³)", ',', '.') AS volume_m3,
    CASE "Opname" WHEN 'Opgenomen' THEN 'read' WHEN 'Zelf doorgegeven' THEN 'self-reported' WHEN 'Geschat' THEN 'estimated' ELSE "Opname" END AS reading,
    flag("Gedeelde meter", 'J', 'N') AS shared_meter
FROM raw_water
