package dev.pawl.lock.spi;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link LockBackendProvider} needs to know. Its text form hides credentials.
 *
 * @param url the service's URL, as configured; may hold credentials
 * @param username the user, or null
 * @param password the password, or null
 * @param namespace prefix of every key, path or row; never blank
 * @param properties the backend's own keys, see {@link LockBackendProvider#keys()}
 * @param connectTimeout how long the start may try to reach the service, for a {@link StartUp}
 */
public record BackendSettings(
        String url,
        @Nullable String username,
        @Nullable String password,
        String namespace,
        Map<String, String> properties,
        Duration connectTimeout) {

    /**
     * Refuses null components and copies the properties.
     *
     * @param url as above
     * @param username as above
     * @param password as above
     * @param namespace as above
     * @param properties as above
     * @param connectTimeout as above
     */
    public BackendSettings {
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(connectTimeout, "connectTimeout");
        properties = Map.copyOf(properties);
    }

    /**
     * For a start that tries once.
     *
     * @param url as above
     * @param username as above
     * @param password as above
     * @param namespace as above
     * @param properties as above
     */
    public BackendSettings(
            String url,
            @Nullable String username,
            @Nullable String password,
            String namespace,
            Map<String, String> properties) {
        this(url, username, password, namespace, properties, Duration.ZERO);
    }

    /**
     * Scheme, namespace and the names of the properties: nothing secret.
     *
     * @return text for a log
     */
    @Override
    public String toString() {
        int colon = url.indexOf(':');
        return "BackendSettings[scheme=" + (colon < 0 ? "?" : url.substring(0, colon)) + ", namespace=" + namespace
                + ", properties=" + properties.keySet() + "]";
    }
}
