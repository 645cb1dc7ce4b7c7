-- Neighbourhood statistics, audit-only: percentages with a decimal comma, some suppressed by the publisher.
SELECT
    "Buurtcode" || '-' || "Jaar" AS record_id,
    "Buurtcode" AS neighbourhood,
    "Jaar" || '-01-01' AS happened_on,
    day_of("Gepubliceerd op", '%d-%m-%Y') AS known_on,
    CASE "Inkomensgroep" WHEN 'lager inkomen' THEN 'lower-income' WHEN 'midden inkomen' THEN 'middle-income' WHEN 'hoger inkomen' THEN 'higher-income' END AS audit_group,
    try_cast(replace("Laag inkomen (%)", ',', '.') AS DECIMAL(9, 3)) / 100 AS low_income_share,
    try_cast(replace("Migratieachtergrond (%)", ',', '.') AS DECIMAL(9, 3)) / 100 AS migration_background_share,
    try_cast(replace("Huurwoningen (%)", ',', '.') AS DECIMAL(9, 3)) / 100 AS rental_share
FROM raw_cbs
