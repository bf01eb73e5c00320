package dev.pawl.lock.spi;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server as it stands in a URL: one grammar for all backends. Not {@code java.net.URI}, which knows no list of hosts and no host
 * name with an underscore, as Docker Compose makes them.
 *
 * @param host a name, or an address; of IPv6 with its brackets
 * @param port from 1 to 65535, or empty if it is left to the backend
 */
public record HostAndPort(String host, OptionalInt port) {

    private static final Pattern FORM =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?]|[^:\\[\\]/\\s]+)(?::(\\d{1,5}))?");
    private static final int LAST_PORT = 65_535;

    /**
     * Reads {@code host}, {@code host:port} or {@code [address]:port}.
     *
     * @param text one server, without credentials
     * @return host and port
     * @throws IllegalArgumentException if it is none; the message repeats the text
     */
    public static HostAndPort parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no host and port");
        }
        if (matcher.group(2) == null) {
            return new HostAndPort(matcher.group(1), OptionalInt.empty());
        }
        int port = Integer.parseInt(matcher.group(2));
        if (port < 1 || port > LAST_PORT) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no host and port: a port is between 1 and " + LAST_PORT);
        }
        return new HostAndPort(matcher.group(1), OptionalInt.of(port));
    }
}
