-- Removes a row. One that comes back has a larger token: its clock has gone on.
-- :name the row
DELETE FROM {table} WHERE name = :name
