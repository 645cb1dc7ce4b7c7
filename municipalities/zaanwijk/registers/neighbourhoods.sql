-- Neighbourhood statistics, audit-only: percentages with a decimal comma, some suppressed by the publisher.
SELECT
    "Buurtcode" || '-' || "Jaar" AS record_id,
    "Buurtcode" AS neighbourhood,
    make_date("Jaar"::INTEGER, 1, 1) AS happened_on,
    strptime("Gepubliceerd op", '%d-%m-%Y')::DATE AS known_on,
    CASE "Inkomensgroep" WHEN 'lager inkomen' THEN 'lower-income' WHEN 'midden inkomen' THEN 'middle-income' WHEN 'hoger inkomen' THEN 'higher-income' END AS audit_group,
    replace("Laag inkomen (%)", ',', '.')::DECIMAL(9, 3) / 100 AS low_income_share,
    replace("Migratieachtergrond (%)", ',', '.')::DECIMAL(9, 3) / 100 AS migration_background_share,
    replace("Huurwoningen (%)", ',', '.')::DECIMAL(9, 3) / 100 AS rental_share
FROM raw_cbs
