-- Designations: the numbers on the doors from the address register (parquet), main and secondary ones, each with the object behind it.
SELECT
    identificatie AS record_id,
    adresseerbaar_object AS address_id,
    CASE soort_adres WHEN 'Hoofdadres' THEN 'main' WHEN 'Nevenadres' THEN 'secondary' ELSE soort_adres END AS kind,
    postcode, openbare_ruimte AS street, huisnummer AS house_number, huisletter AS house_letter, huisnummertoevoeging AS house_number_addition,
    eind_geldigheid AS ended_on, eind_geregistreerd AS ended_known_on,
    begin_geldigheid AS happened_on, greatest(tijdstip_registratie, begin_geldigheid) AS known_on
FROM raw_nummeraanduidingen
