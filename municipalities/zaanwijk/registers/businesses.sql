-- Businesses: the business register as one CSV; the broad kind of a branch follows from its activity (SBI 2008).
SELECT
    vestigingsnummer AS record_id,
    padded(object, 16) AS address_id,
    aanvang AS happened_on,
    greatest(try_cast(gepubliceerd AS DATE), try_cast(aanvang AS DATE)) AS known_on,
    flag(mutatie, 'V', 'N') AS withdrawn,
    onderneming AS business_key,
    bestuurder AS director_key,
    sbi AS activity,
    CASE
        WHEN sbi IS NULL THEN NULL
        WHEN sbi LIKE '56.%' THEN 'hospitality'
        WHEN sbi LIKE '55.%' THEN 'lodging'
        WHEN sbi LIKE '47.%' THEN 'retail'
        WHEN sbi LIKE '52.1%' THEN 'storage'
        WHEN sbi LIKE '78.%' THEN 'employment-agency'
        WHEN sbi LIKE '6%' OR sbi LIKE '7%' OR sbi LIKE '96.%' THEN 'services'
        ELSE 'other'
    END AS branch,
    CASE rechtsvorm
        WHEN 'Eenmanszaak' THEN 'sole-trader'
        WHEN 'Vennootschap onder firma' THEN 'partnership'
        WHEN 'Besloten vennootschap' THEN 'private-company'
        WHEN 'Naamloze vennootschap' THEN 'public-company'
        WHEN 'Stichting' THEN 'foundation'
        WHEN 'Vereniging' THEN 'association'
        WHEN 'Coöperatie' THEN 'cooperative'
        WHEN 'Overig' THEN 'other'
        ELSE rechtsvorm
    END AS legal_form,
    einde AS ended_on,
    einde_gepubliceerd AS ended_known_on
FROM raw_kvk
