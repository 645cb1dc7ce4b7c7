-- Addresses: the address and building register (parquet), with protected places from the municipality's own list.
-- A place that came onto the list later gives one more version of its object, known from that day, as the object then stood.
WITH objects AS (
    SELECT
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
        eind_geldigheid AS ended_on, eind_geregistreerd AS ended_known_on,
        begin_geldigheid AS happened_on, greatest(tijdstip_registratie, begin_geldigheid) AS known_on
    FROM raw_bag
),
listed AS (
    SELECT
        padded("Object", 16) AS address_id,
        "Soort plek" AS kind,
        CASE "Soort plek"
            WHEN 'Instelling' THEN 'institution'
            WHEN 'Opvang' THEN 'shelter'
            WHEN 'Zorgwoning' THEN 'care'
            WHEN 'Geheim adres' THEN 'secret'
            WHEN 'Studentencomplex' THEN 'student-housing'
            WHEN 'Gecertificeerde huisvesting' THEN 'certified-housing'
        END AS protection,
        try_cast(day_of("Op de lijst sinds", '%d-%m-%Y') AS DATE) AS since
    FROM raw_beschermd
),
protected AS (
    -- A kind that nobody knows is protected all the same, and a place without a likely day has always been.
    SELECT
        address_id,
        coalesce(protection, 'institution') AS protection,
        min(CASE WHEN since <= getvariable('today') THEN since ELSE DATE '1700-01-01' END) AS since
    FROM listed
    GROUP BY ALL
)
SELECT o.address_id AS record_id, o.*, coalesce(p.protection, 'none') AS protection
FROM objects o ASOF LEFT JOIN protected p ON o.address_id = p.address_id AND o.known_on >= p.since
UNION ALL BY NAME
SELECT o.address_id AS record_id, o.* REPLACE (p.since AS known_on), p.protection
FROM protected p ASOF JOIN objects o ON p.address_id = o.address_id AND p.since >= o.known_on
UNION ALL BY NAME
-- A line of the list that names no object, no known kind or no likely day breaks the contract, and is counted.
SELECT l.address_id AS record_id, l.address_id, l.since AS known_on, coalesce(l.protection, l.kind) AS protection
FROM listed l
WHERE l.protection IS NULL OR l.since IS NULL OR l.since > getvariable('today') OR NOT EXISTS (FROM objects o WHERE o.address_id = l.address_id)
