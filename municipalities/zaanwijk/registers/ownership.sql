-- Ownership: rights from the land register (parquet); holders became keyed hashes at its owner (pseudonymise-owners.toml).
SELECT
    recht_id AS record_id,
    object AS address_id,
    datum_akte AS happened_on,
    ingeschreven_op AS known_on,
    gerechtigde AS owner_key,
    CASE soort_gerechtigde
        WHEN 'Natuurlijk persoon' THEN 'private'
        WHEN 'Rechtspersoon' THEN 'company'
        WHEN 'Woningcorporatie' THEN 'corporation'
        WHEN 'Overheid' THEN 'public'
        ELSE soort_gerechtigde
    END AS owner_kind,
    koopsom AS price_eur,
    CASE geldgever WHEN 'Bank' THEN 'bank' WHEN 'Overig' THEN 'other' WHEN 'Geen' THEN 'none' END AS mortgage_lender_kind,
    einde AS ended_on,
    einde_ingeschreven AS ended_known_on
FROM raw_kadaster
