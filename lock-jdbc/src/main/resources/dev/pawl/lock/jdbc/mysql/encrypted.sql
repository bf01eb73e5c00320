-- returns whether the connection is encrypted
SELECT variable_value <> '' FROM performance_schema.session_status WHERE variable_name = 'Ssl_cipher'
