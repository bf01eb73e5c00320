-- returns whether the connection is encrypted
SELECT variable_value <> '' FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'
