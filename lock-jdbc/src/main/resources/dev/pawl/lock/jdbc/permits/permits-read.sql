-- Who holds permits of a name, or waits for them, in order of arrival. Read while the name's row is locked.
-- :name the row
-- returns owner, state, permits, most, place, turn_micros, ends_micros
SELECT owner, state, permits, most, place, turn_micros, ends_micros FROM {permits} WHERE name = :name ORDER BY place
