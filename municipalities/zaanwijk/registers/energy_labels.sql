-- Energy labels: the open file of EP-Online, days as eight digits; a label that was registered again is a later row.
SELECT
    "Pand_certificaatnummer" AS record_id,
    "Pand_bagverblijfsobjectid" AS address_id,
    try_strptime("Pand_opnamedatum", '%Y%m%d')::DATE AS happened_on,
    try_strptime("Pand_registratiedatum", '%Y%m%d')::DATE AS known_on,
    "Pand_energieklasse" AS label,
    try_strptime("Pand_geldig_tot", '%Y%m%d')::DATE AS valid_until_on,
    "Pand_gebruiksoppervlakte" AS surveyed_area_m2
FROM raw_ep_online
