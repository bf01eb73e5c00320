package dev.pawl.lock.tests.planted;

import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.MeterRegistry;
import javax.sql.DataSource;
import org.apache.curator.framework.CuratorFramework;
import org.springframework.context.ApplicationContext;

interface ThirdParty {

    RedisClient lettuce();

    CuratorFramework curator();

    DataSource dataSource();

    MeterRegistry micrometer();

    ApplicationContext spring();
}
