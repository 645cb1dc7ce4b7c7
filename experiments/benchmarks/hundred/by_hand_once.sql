-- What all days share, before by_hand.sql: the largest register once with numbers for its texts, which are compared most.
CREATE TEMP TABLE registrations AS
WITH keys AS (SELECT household_key, row_number() OVER () AS number FROM (SELECT DISTINCT household_key FROM events_registrations))
SELECT address_id::BIGINT AS id, number AS household_key, residents, under_investigation, happened_on, known_on, superseded_on, withdrawn,
    ended_on, ended_known_on
FROM events_registrations LEFT JOIN keys USING (household_key);
