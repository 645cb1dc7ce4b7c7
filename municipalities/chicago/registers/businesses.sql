-- Business licences. One record per licence, one version per term of it; the address is linked from its text.
--
-- known_on: the day the licence was first issued, and for a later version the first day of its term. The day on which a term ends
-- and maxDate, the end of the last term, are known only after the inspections of this file, and LICENSE_STATUS is the state on the
-- day of download: none of the three is used, so a branch never ends here.
-- The flags (tobacco, drinks) were gathered by the city's own study at the first inspection within the term.
-- ACCOUNT_NUMBER is public; it is hashed because the contract takes a key and so that it reads as one.
WITH terms AS (
    SELECT
        try_cast(try_cast(LICENSE_NUMBER AS BIGINT) AS VARCHAR) AS licence,
        try_cast(try_cast(LICENSE_ID AS BIGINT) AS VARCHAR) AS term,
        min(try_cast(minDate AS DATE)) AS first_issued_on,
        min(try_cast(LICENSE_TERM_START_DATE AS DATE)) AS term_start_on,
        arg_min(ADDRESS, Inspection_ID) AS address,
        arg_min(ZIP_CODE, Inspection_ID) AS zip,
        arg_min(try_cast(try_cast(ACCOUNT_NUMBER AS BIGINT) AS VARCHAR), Inspection_ID) AS account,
        arg_min(try_cast(try_cast(LICENSE_CODE AS BIGINT) AS VARCHAR), Inspection_ID) AS licence_code,
        arg_min(LICENSE_DESCRIPTION, Inspection_ID) AS description,
        arg_min(tobacco > 0, Inspection_ID) AS tobacco,
        arg_min(greatest(consumption_on_premises_incidental_activity, tavern, package_goods, caterers_liquor_license) > 0, Inspection_ID) AS alcohol
    FROM raw_licences
    GROUP BY ALL
)
SELECT
    'licence-' || licence AS record_id,
    CAST(NULL AS VARCHAR) AS address_id,
    first_issued_on AS happened_on,
    greatest(first_issued_on, term_start_on) AS known_on,
    address || coalesce(', ' || zip, '') AS address_text,
    substr(sha256('account ' || account), 1, 16) AS business_key,
    licence_code AS activity,
    CASE
        WHEN description IN ('Retail Food Establishment', 'Tavern', 'Consumption on Premises - Incidental Activity') THEN 'hospitality'
        WHEN description IN ('Tobacco', 'Package Goods', 'Limited Business License') THEN 'retail'
        WHEN description = 'Hotel' THEN 'lodging'
        WHEN description LIKE 'Day Care%' OR description LIKE '%Care Facility' OR description IN ('Hospital', 'Children''s Services Facility License') THEN 'services'
        ELSE 'other'
    END AS branch,
    alcohol AS serves_alcohol,
    tobacco AS sells_tobacco
FROM terms
