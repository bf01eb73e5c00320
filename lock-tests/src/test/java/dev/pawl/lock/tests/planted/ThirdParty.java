package dev.pawl.lock.tests.planted;

import io.lettuce.core.RedisClient;
import javax.sql.DataSource;

interface ThirdParty {

    RedisClient lettuce();

    DataSource dataSource();
}
