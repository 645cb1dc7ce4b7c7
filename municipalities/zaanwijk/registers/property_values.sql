-- Property values: one CSV of the tax office; a value that was lowered on objection is a later row with the same number.
SELECT
    "WOZ-object" AS record_id,
    padded("Verblijfsobject", 16) AS address_id,
    day_of("Waardepeildatum", '%d-%m-%Y') AS happened_on,
    day_of("Dagtekening beschikking", '%d-%m-%Y') AS known_on,
    replace("Waarde", ',', '.') AS value_eur,
    "Belastingjaar" AS tax_year
FROM raw_woz
