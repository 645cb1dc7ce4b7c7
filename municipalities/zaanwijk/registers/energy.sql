-- Energy: the grid operator's open data by postcode, a CSV a year with decimal commas; an average over few connections is empty.
SELECT
    "Postcode" || '-' || "Jaar" AS record_id,
    "Postcode" AS postcode,
    "Jaar" || '-12-31' AS happened_on,
    day_of("Gepubliceerd op", '%d-%m-%Y') AS known_on,
    "Jaar" AS year,
    "Aansluitingen" AS connections,
    "Aansluitingen gas" AS gas_connections,
    replace("Elektriciteit gemiddeld (kWh)", ',', '.') AS average_kwh,
    replace("Gas gemiddeld (m³)", ',', '.') AS average_gas_m3,
    try_cast(replace("Teruglevering (%)", ',', '.') AS DECIMAL(9, 3)) / 100 AS feed_in_share
FROM raw_energie
