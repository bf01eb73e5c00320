package dev.pawl.lock.tests.planted;

import io.lettuce.core.RedisClient;
import javax.sql.DataSource;
import org.apache.curator.framework.CuratorFramework;

interface ThirdParty {

    RedisClient lettuce();

    CuratorFramework curator();

    DataSource dataSource();
}
