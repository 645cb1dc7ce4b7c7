-- Sanitation complaints to 311 (the city's general number), 2000 to 2015; most concern homes and link to no establishment.
--
-- known_on: Creation_Date. Completion_Date is known on that day itself. That a complaint repeats another one shows when it is
-- completed: a version of that day withdraws it.
-- A few hundred requests stand twice in the file, with another day of completion: the first day counts.
WITH complaints AS (
    SELECT
        Service_Request_Number AS number,
        try_cast(min(Creation_Date) AS DATE) AS created_on,
        try_cast(min(Completion_Date) AS DATE) AS completed_on,
        bool_and(Status LIKE '%Dup') AS repeated,
        min(Street_Address || coalesce(', ' || try_cast(try_cast(nullif(ZIP_Code, 0) AS BIGINT) AS VARCHAR), '')) AS address_text,
        min(What_is_the_Nature_of_this_Code_Violation) AS nature
    FROM raw_complaints
    GROUP BY Service_Request_Number
),
sorted AS (
    SELECT
        *,
        CASE
            WHEN nature IN ('Garbage in yard', 'Garbage in alley', 'Dumpster not being emptied', 'Overflowing carts') THEN 'waste'
            WHEN nature IN ('Dog feces in yard', 'Construction Site Cleanliness/Fence', 'Standing water', 'Graffiti Commercial Vehicle') THEN 'nuisance'
            ELSE 'other'
        END AS category
    FROM complaints
)
SELECT
    'complaint-' || number AS record_id,
    CAST(NULL AS VARCHAR) AS address_id,
    created_on AS happened_on,
    created_on AS known_on,
    false AS withdrawn,
    address_text,
    'other' AS channel,
    category,
    CASE WHEN NOT repeated THEN completed_on END AS closed_on,
    CASE WHEN NOT repeated THEN completed_on END AS closed_known_on
FROM sorted
UNION ALL
SELECT
    'complaint-' || number, NULL, created_on, completed_on, true, address_text, 'other', category, completed_on, completed_on
FROM sorted
WHERE repeated AND completed_on IS NOT NULL
