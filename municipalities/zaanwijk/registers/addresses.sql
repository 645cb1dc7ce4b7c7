-- Addresses: the address and building register (parquet). Protected places are on a list of their own (protected_places.sql).
SELECT
    identificatie AS record_id,
    identificatie AS address_id,
    pandidentificatie AS building_id,
    substr(identificatie, 5, 2) AS object_type,
    CASE split_part(gebruiksdoel, ',', 1)
        WHEN 'woonfunctie' THEN 'residential'
        WHEN 'bijeenkomstfunctie horeca' THEN 'hospitality'
        WHEN 'logiesfunctie' THEN 'lodging'
        WHEN 'winkelfunctie' THEN 'retail'
        WHEN 'kantoorfunctie' THEN 'office'
        WHEN 'industriefunctie' THEN 'industry'
        WHEN 'bijeenkomstfunctie' THEN 'assembly'
        WHEN 'gezondheidszorgfunctie' THEN 'care'
        ELSE 'other'
    END AS use,
    -- 1 and 999999 stand for unknown in this register.
    CASE WHEN oppervlakte NOT IN (1, 999999) THEN oppervlakte END AS floor_area_m2,
    bouwjaar AS built_year, postcode, openbare_ruimte AS street, huisnummer AS house_number, huisletter AS house_letter,
    toevoeging AS house_number_addition, buurtcode AS neighbourhood, x AS x_m, y AS y_m,
    -- From the grid operator's map, laid over the objects by the municipality's own map makers.
    kabelvak AS cable_section,
    'none' AS protection,
    eind_geldigheid AS ended_on, eind_geregistreerd AS ended_known_on,
    begin_geldigheid AS happened_on, greatest(tijdstip_registratie, begin_geldigheid) AS known_on
FROM raw_bag
