-- Property values: one CSV of the tax office; a value that was lowered on objection is a later row with the same number.
SELECT
    "WOZ-object" AS record_id,
    lpad("Verblijfsobject", 16, '0') AS address_id,
    try_strptime("Waardepeildatum", '%d-%m-%Y')::DATE AS happened_on,
    try_strptime("Dagtekening beschikking", '%d-%m-%Y')::DATE AS known_on,
    replace("Waarde", ',', '.') AS value_eur,
    "Belastingjaar" AS tax_year
FROM raw_woz
