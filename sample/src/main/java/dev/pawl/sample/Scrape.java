package dev.pawl.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the meters of one instance said at one time, all locks together.
 *
 * @param seconds since the beginning
 * @param instance its number
 * @param values by the name of the meter, with the outcome where it has one: {@code pawl_lock_acquire_seconds_count acquired}
 */
record Scrape(double seconds, int instance, Map<String, Double> values) {

    private static final Pattern LINE = Pattern.compile("(pawl_lock_\\w+)\\{([^}]*)} (\\S+)");
    private static final Pattern OUTCOME = Pattern.compile("outcome=\"(\\w+)\"");
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    /** Asks an instance, as Prometheus does. */
    static Scrape of(double seconds, int instance, String url) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/actuator/prometheus"))
                .timeout(PATIENCE)
                .build();
        return new Scrape(
                seconds,
                instance,
                values(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body()));
    }

    private static Map<String, Double> values(String text) {
        Map<String, Double> values = new TreeMap<>();
        Matcher line = LINE.matcher(text);
        while (line.find()) {
            Matcher outcome = OUTCOME.matcher(line.group(2));
            String key = outcome.find() ? line.group(1) + " " + outcome.group(1) : line.group(1);
            values.merge(key, Double.parseDouble(line.group(3)), Double::sum);
        }
        return values;
    }

    double value(String key) {
        return values.getOrDefault(key, 0.0);
    }
}
