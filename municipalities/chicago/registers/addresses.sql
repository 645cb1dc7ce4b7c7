-- Street addresses at which food was inspected: one object per number, direction, street and kind of street.
-- The files spell an address in many ways ("4935 S Indiana Ave (200E)", "2035 N Mobile", "954 W FULTON MARKET BLDG"), so the object
-- is made here once; the other three registers hand over the text as it stands and are linked to it.
-- Several licences at one address are one object: a score is about a place, and a new operator is a business at that place.
--
-- known_on: the addresses are older than every record here, so all are known from the day before the first complaint. What an
-- inspection found never enters; ward and kind of establishment are those at the first inspection, and the city assigns both at licensing.
WITH cleaned AS (
    SELECT
        Inspection_ID,
        Inspection_Date,
        lower(coalesce(Facility_Type, '')) AS facility,
        Zip,
        Latitude,
        Longitude,
        trim(regexp_replace(regexp_replace(upper(Address), '\(.*', ''), '[^A-Z0-9]+', ' ', 'g')) AS plain
    FROM raw_inspections
),
parted AS (
    SELECT
        *,
        regexp_extract(plain, '^(\d{1,5})', 1) AS number,
        -- Without the rest of a range of numbers ("3600-3614", "45 1/2"), a house letter and the floor.
        regexp_replace(regexp_extract(plain, '^\d+[A-Z]?(?: \d+)*(?: [A-DF-MO-RT-VX-Z])? (.*)$', 1),
            ' (BLDG|FL|FLR|BSMT|STE|APT|UNIT|RM|LOT)( .*)?$', '') AS rest
    FROM cleaned
),
named AS (
    SELECT
        *,
        regexp_extract(rest, '^([NSEW]) \S', 1) AS direction,
        CASE regexp_extract(rest, ' (AVE|AV|AVENUE|ST|STREET|RD|ROAD|BLVD|BOULEVARD|DR|DRIVE|PL|PLACE|PKWY|PARKWAY|HWY|CT|COURT|PLZ|PLAZA|SQ|TER|LN)$', 1)
            WHEN 'AV' THEN 'AVE' WHEN 'AVENUE' THEN 'AVE' WHEN 'STREET' THEN 'ST' WHEN 'ROAD' THEN 'RD' WHEN 'BOULEVARD' THEN 'BLVD'
            WHEN 'DRIVE' THEN 'DR' WHEN 'PLACE' THEN 'PL' WHEN 'PARKWAY' THEN 'PKWY' WHEN 'COURT' THEN 'CT' WHEN 'PLAZA' THEN 'PLZ'
            ELSE regexp_extract(rest, ' (AVE|ST|RD|BLVD|DR|PL|PKWY|HWY|CT|PLZ|SQ|TER|LN)$', 1)
        END AS kind,
        regexp_replace(regexp_replace(rest, '^[NSEW] (.)', '\1'),
            ' (AVE|AV|AVENUE|ST|STREET|RD|ROAD|BLVD|BOULEVARD|DR|DRIVE|PL|PLACE|PKWY|PARKWAY|HWY|CT|COURT|PLZ|PLAZA|SQ|TER|LN)$', '') AS street_core
    FROM parted
),
usual AS (
    -- Where a text leaves out the kind of street, the kind that this street has elsewhere.
    SELECT direction, street_core, mode(kind) AS kind FROM named WHERE kind != '' GROUP BY ALL
),
complete AS (
    SELECT n.* EXCLUDE (kind), coalesce(nullif(n.kind, ''), u.kind, '') AS kind, l.WARD
    FROM named n
    LEFT JOIN usual u USING (direction, street_core)
    LEFT JOIN raw_licences l ON l.Inspection_ID = n.Inspection_ID
    WHERE n.number != ''
),
objects AS (
    SELECT
        number,
        trim(concat_ws(' ', direction, street_core, kind)) AS street,
        arg_min(facility, Inspection_ID) AS facility,
        mode(Zip) AS postcode,
        arg_min(WARD, Inspection_ID) AS ward,
        median(Longitude) AS x,
        median(Latitude) AS y
    FROM complete
    GROUP BY ALL
)
SELECT
    'chi-' || substr(md5(number || ' ' || street), 1, 12) AS record_id,
    'chi-' || substr(md5(number || ' ' || street), 1, 12) AS address_id,
    DATE '2000-01-02' AS happened_on,
    DATE '2000-01-02' AS known_on,
    'chi-' || substr(md5(number || ' ' || street), 1, 12) AS building_id,
    '01' AS object_type,
    CASE
        WHEN regexp_matches(facility, 'restau|cafe|coffee|bar|tavern|cater|banquet|diner|kitchen|donut|deli|lounge|dining') THEN 'hospitality'
        WHEN regexp_matches(facility, 'grocer|baker|store|convenience|gas station|liquor|butcher|market|candy|ice cream|gelato|shop') THEN 'retail'
        WHEN regexp_matches(facility, 'school|college|universit|day ?care|child|theat|stadium|roof|event') THEN 'assembly'
        WHEN regexp_matches(facility, 'long.term|hospital|nursing|assisted|rehab|shelter|homeless|living|treatment') THEN 'care'
        WHEN regexp_matches(facility, 'wholesale|plant|packing|storage|warehouse|slaughter|poultry|commissary') THEN 'industry'
        ELSE 'other'
    END AS use,
    postcode,
    street,
    try_cast(number AS BIGINT) AS house_number,
    try_cast(try_cast(ward AS BIGINT) AS VARCHAR) AS neighbourhood,
    x AS x_m,
    y AS y_m,
    CASE WHEN regexp_matches(facility, 'shelter|homeless') THEN 'shelter' ELSE 'none' END AS protection
FROM objects
