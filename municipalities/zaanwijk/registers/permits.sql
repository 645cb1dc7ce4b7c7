-- Permits: the municipality's case system (parquet), permits on the object only.
SELECT
    zaaknummer AS record_id,
    object AS address_id,
    aangevraagd_op AS happened_on,
    gewijzigd_op AS known_on,
    flag(vervallen, 'J', 'N') AS withdrawn,
    CASE soort
        WHEN 'Kamerverhuur' THEN 'room-rental'
        WHEN 'Omzetting' THEN 'conversion'
        WHEN 'Vakantieverhuur' THEN 'holiday-rental'
        WHEN 'Horeca-exploitatie' THEN 'hospitality'
        WHEN 'Bouwen' THEN 'building'
        WHEN 'Sloop' THEN 'demolition'
        WHEN 'Milieu' THEN 'environment'
        WHEN 'Overig' THEN 'other'
        ELSE soort
    END AS kind,
    CASE besluit WHEN 'Verleend' THEN 'granted' WHEN 'Geweigerd' THEN 'refused' WHEN 'Ingetrokken' THEN 'withdrawn' ELSE besluit END AS decision,
    besloten_op AS decision_known_on,
    geldig_tot AS valid_until_on
FROM raw_vergunningen
