package dev.pawl.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.testservers.PostgresServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sample, as {@code ./sample} starts it: two instances in processes of their own. */
@Timeout(300)
class SampleTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int ENOUGH = 100;

    @Test
    void bothSell_nothingIsLost_andOneGoesOnWhenTheOtherIsKilled() throws Exception {
        try (Database database = Database.embedded()) {
            together(database);
        }
    }

    @Test
    void overPostgresql_too() throws Exception {
        PostgresServer server = PostgresServer.shared();
        try (Database database = Database.at(server.jdbcUrl(), server.user(), server.password())) {
            together(database);
        }
    }

    private static void together(Database database) throws Exception {
        database.prepare(2);
        try (InstanceProcess first = InstanceProcess.start(1, 0, database);
                InstanceProcess second = InstanceProcess.start(2, 0, database)) {
            String url = first.url();
            assertThat(second.url()).isNotEqualTo(url);
            for (int instance : new int[] {1, 2}) {
                await("instance " + instance + " sells").until(() -> calls(get(url + "/"), instance) > ENOUGH);
            }
            await("a report")
                    .until(() -> get(url + "/").toLowerCase(Locale.ROOT).contains("\"token\""));
            theActuatorTells(url);

            second.kill();
            long before = calls(get(url + "/"), 1);
            for (String item : Shop.ITEMS) {
                long sold = sold(get(url + "/"), item);
                await("instance 1 sells " + item).until(() -> sold(get(url + "/"), item) > sold);
            }
            assertThat(calls(get(url + "/"), 1)).isGreaterThan(before);
            assertThat(get(url + "/")).contains("\"lostSales\":0");
        }
    }

    private static void theActuatorTells(String url) throws Exception {
        assertThat(get(url + "/actuator/health"))
                .contains("\"pawl\":{", "\"backend\":\"jdbc\"")
                .startsWith("{")
                .contains("\"status\":\"UP\"");
        await("a lock of the endpoint").until(() -> get(url + "/actuator/locks").contains("\"name\":\"stock/"));
        assertThat(get(url + "/actuator/prometheus"))
                .contains("pawl_lock_acquire_seconds_count{", "lock=\"stock/apples\"", "outcome=\"acquired\"");
        theDashboardNamesMetersThatAreThere(get(url + "/actuator/prometheus"));
        Scrape scrape = Scrape.of(1, 1, url);
        Scrape later = Scrape.of(3, 1, url);
        assertThat(new Dashboard(List.of(scrape, later), 4, 5, 6).svg())
                .as("a picture with a line")
                .contains("class=\"line i1\" d=\"M")
                .contains("Locks taken per second");
    }

    private static void theDashboardNamesMetersThatAreThere(String meters) throws Exception {
        Matcher meter = Pattern.compile("pawl_lock_\\w+")
                .matcher(Files.readString(Path.of("..", "docs", "grafana-dashboard.json")));
        int named = 0;
        while (meter.find()) {
            assertThat(meters).contains("\n" + meter.group() + "{");
            named++;
        }
        assertThat(named).as("meters of the dashboard").isGreaterThan(6);
    }

    private static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(50));
    }

    private static String get(String url) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static long calls(String page, int instance) {
        return number(page, "\"instance\":" + instance + ",\"calls\":(\\d+)");
    }

    private static long sold(String page, String item) {
        return number(page, "\"item\":\"" + item + "\",\"sold\":(\\d+)");
    }

    private static long number(String page, String pattern) {
        Matcher matcher = Pattern.compile(pattern, Pattern.CASE_INSENSITIVE).matcher(page);
        assertThat(matcher.find()).as(page).isTrue();
        return Long.parseLong(matcher.group(1));
    }
}
