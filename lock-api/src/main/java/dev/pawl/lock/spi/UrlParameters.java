package dev.pawl.lock.spi;

import dev.pawl.lock.LockConfigException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters behind the {@code ?} of a URL: one grammar for the URLs of all backends. */
public final class UrlParameters {

    private UrlParameters() {}

    /**
     * Reads {@code name=value} pairs between {@code &} or {@code ;}. The case of a name does not matter. A name alone has an empty value.
     *
     * @param query what stands behind the {@code ?}, decoded; null if nothing does
     * @param known the names that the backend has, as its page writes them
     * @return the values by the known name; of a name that comes twice the last
     * @throws LockConfigException if a name is not known; the message names the nearest one, and no value
     */
    public static Map<String, String> parse(@Nullable String query, List<String> known) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String parameter : query == null ? new String[0] : query.split("[&;]", -1)) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            parameters.put(known(name, known), equals < 0 ? "" : parameter.substring(equals + 1));
        }
        return parameters;
    }

    private static String known(String name, Collection<String> known) {
        return known.stream()
                .filter(name::equalsIgnoreCase)
                .findFirst()
                .orElseThrow(() -> new LockConfigException(
                        "pawl.url: unknown parameter '" + name + "'; known are " + known + Nearest.hint(name, known)));
    }
}
