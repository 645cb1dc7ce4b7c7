-- Grid anomalies: months of cable sections from the grid operator (parquet); a month that was counted again is a later row.
SELECT
    kabelvak || '-' || strftime(maand, '%Y-%m') AS record_id,
    kabelvak AS cable_section,
    last_day(maand) AS happened_on,
    aangeleverd_op AS known_on,
    aansluitingen AS connections,
    geleverd_kwh AS supplied_kwh,
    round(geleverd_kwh - gemeten_kwh, 1) AS difference_kwh,
    round((geleverd_kwh - gemeten_kwh) / nullif(geleverd_kwh, 0), 6) AS difference_share
FROM raw_kabelvakken
