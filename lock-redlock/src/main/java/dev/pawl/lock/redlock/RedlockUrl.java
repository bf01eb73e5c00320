package dev.pawl.lock.redlock;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.redis.internal.RedisUrl;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.HostAndPort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code redlock://[user:password@]h1:p1,h2:p2,h3:p3[/database][?parameters]}: the same as a {@code redis:} URL for each host.
 * Never says a password.
 *
 * @param masters one for each host
 */
record RedlockUrl(List<RedisUrl> masters) {

    static final String SCHEME = "redlock";

    private static final Pattern PARTS = Pattern.compile("[^:]+://(?:([^/?#@]*)@)?([^/?#@]*)([^?#@]*)(?:\\?([^#@]*))?");
    private static final String TLS = "tls";

    static RedlockUrl parse(BackendSettings settings) {
        Matcher url = PARTS.matcher(settings.url());
        if (!url.matches()) {
            throw new LockConfigException("pawl.url: not of the form redlock://h1:p1,h2:p2,h3:p3; characters such as"
                    + " @ / ? # % in a password are percent-encoded, or set pawl.password");
        }
        String userInfo = url.group(1) == null ? "" : url.group(1) + "@";
        String path = url.group(3);
        String query = url.group(4) == null ? "" : url.group(4);
        String start = (isTls(query) ? "rediss://" : "redis://") + userInfo;
        String end = path + withoutTls(query);
        List<RedisUrl> masters = new ArrayList<>();
        for (String host : url.group(2).split(",", -1)) {
            checkHost(host);
            masters.add(RedisUrl.parse(new BackendSettings(
                    start + host + end,
                    settings.username(),
                    settings.password(),
                    settings.namespace(),
                    settings.properties())));
        }
        check(masters);
        return new RedlockUrl(masters);
    }

    private static void checkHost(String host) {
        try {
            HostAndPort.parse(host);
        } catch (IllegalArgumentException e) {
            throw new LockConfigException(
                    "pawl.url: " + e.getMessage() + "; such as redlock://h1:7001,h2:7001,h3:7001", e);
        }
    }

    private static void check(List<RedisUrl> masters) {
        if (masters.stream().anyMatch(RedisUrl::cluster)) {
            throw new LockConfigException(
                    "pawl.url: parameter cluster goes with redis:// only; redlock:// wants masters"
                            + " that know nothing of one another");
        }
        try {
            RedlockBackend.checkNodes(
                    "pawl.url",
                    masters.stream()
                            .map(master -> String.valueOf(master.server()).toLowerCase(Locale.ROOT))
                            .toList());
        } catch (IllegalArgumentException e) {
            throw new LockConfigException(String.valueOf(e.getMessage()), e);
        }
    }

    private static boolean isTls(String query) {
        List<String> values = Arrays.stream(query.split("&"))
                .filter(RedlockUrl::isTlsParameter)
                .map(parameter -> parameter.substring(Math.min(parameter.length(), TLS.length() + 1)))
                .toList();
        for (String value : values) {
            if (!value.equals("true") && !value.equals("false")) {
                throw new LockConfigException("pawl.url: tls=" + value + "; must be true or false");
            }
        }
        return values.contains("true");
    }

    private static boolean isTlsParameter(String parameter) {
        return parameter.equals(TLS) || parameter.startsWith(TLS + "=");
    }

    private static String withoutTls(String query) {
        String rest = Arrays.stream(query.split("&"))
                .filter(parameter -> !parameter.isEmpty() && !isTlsParameter(parameter))
                .collect(Collectors.joining("&"));
        return rest.isEmpty() ? "" : "?" + rest;
    }

    RedisOptions options() {
        return masters.get(0).options();
    }

    /** Host and port of each. */
    List<String> names() {
        return masters.stream().map(master -> String.valueOf(master.server())).toList();
    }
}
