package dev.pawl.lock.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockRequest;
import dev.pawl.lock.liquibase.PawlLiquibaseLockService;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;
import liquibase.integration.spring.SpringLiquibase;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class LiquibaseLocksTest {

    private static final Queue<String> acquired = new ConcurrentLinkedQueue<>();

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({PawlAutoConfiguration.class, PawlLiquibaseAutoConfiguration.class})
    static class Application {

        @Bean
        SpringLiquibase liquibase(DataSource source) {
            SpringLiquibase liquibase = new SpringLiquibase();
            liquibase.setDataSource(source);
            liquibase.setChangeLog("classpath:starter-changelog.xml");
            return liquibase;
        }

        @Bean
        DataSource source() {
            JdbcDataSource source = new JdbcDataSource();
            source.setURL("jdbc:h2:mem:liquibase-locks");
            return source;
        }

        @Bean
        LockListener listener() {
            return new LockListener() {
                @Override
                public void onAcquired(LockRequest request, FencingToken token, Duration waited) {
                    acquired.add(request.name());
                }
            };
        }
    }

    @AfterEach
    void forget() {
        PawlLiquibaseLockService.use(null);
    }

    @Test
    void aMigrationOfAnApplication_takesItsLockFromTheApplicationsClient() {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .environment(new OwnEnvironment())
                .web(WebApplicationType.NONE)
                .run("--pawl.url=memory:liquibase-starter")) {
            assertThat(acquired).isNotEmpty().allMatch(name -> name.startsWith("liquibase/h2/"));
            assertThat(context.isRunning()).isTrue();
        }
    }
}
