-- Adds one who holds permits, or waits for them.
INSERT INTO {permits} (owner, name, client, state, permits, most, place, turn_micros, ends_micros)
VALUES (:owner, :name, :client, :state, :permits, :most, :place, :turn, :ends)
