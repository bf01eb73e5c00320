package dev.pawl.sample;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Writes a report every five seconds, in one of the instances. */
@Component
class Report {

    private final JdbcTemplate database;
    private final DistributedLock lock;
    private final int instance;

    Report(JdbcTemplate database, LockClient locks, LockOptions options, @Value("${sample.instance}") int instance) {
        this.database = database;
        this.instance = instance;
        // Kept for two seconds, though the report takes some milliseconds: an instance whose clock is late finds it
        // taken.
        this.lock = locks.lock(
                "report", options.toBuilder().holdAtLeast(Duration.ofSeconds(2)).build());
    }

    @Scheduled(cron = "*/5 * * * * *")
    void write() throws InterruptedException {
        lock.tryRun(lease -> database.update(
                "INSERT INTO report SELECT ?, ?, SUM(sold) FROM stock",
                lease.token().value(),
                instance));
    }

    List<Map<String, Object>> last() {
        return database.queryForList("SELECT token, instance, sold FROM report ORDER BY token DESC LIMIT 5");
    }
}
