-- Energy labels: the open file of EP-Online, days as eight digits; a label that was registered again is a later row.
SELECT
    "Pand_certificaatnummer" AS record_id,
    "Pand_bagverblijfsobjectid" AS address_id,
    day_of("Pand_opnamedatum", '%Y%m%d') AS happened_on,
    day_of("Pand_registratiedatum", '%Y%m%d') AS known_on,
    "Pand_energieklasse" AS label,
    day_of("Pand_geldig_tot", '%Y%m%d') AS valid_until_on,
    "Pand_gebruiksoppervlakte" AS surveyed_area_m2
FROM raw_ep_online
