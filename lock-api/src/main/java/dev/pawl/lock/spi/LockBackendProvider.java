package dev.pawl.lock.spi;

import java.util.List;
import java.util.Set;

/**
 * Makes a backend from a URL. Found through {@link java.util.ServiceLoader}; implementations have a public constructor without
 * parameters and are safe for use by several threads.
 *
 * <p>An application has providers on its class path that it does not use, with a client library that is missing or of another
 * version. So everything but {@link #create} loads no class of a client library.
 */
public interface LockBackendProvider {

    /**
     * The URL schemes that this provider serves, in lower case and without the colon, such as {@code redis}.
     *
     * @return a non-empty set
     */
    Set<String> schemes();

    /**
     * The configuration keys of this backend's own, beyond those that every backend has.
     *
     * @return full keys, such as {@code pawl.jdbc.create-table}
     */
    default Set<String> keys() {
        return Set.of();
    }

    /**
     * The client libraries of this backend, for the message when what is on the class path does not fit it.
     *
     * @return any number
     */
    default List<ClientLibrary> libraries() {
        return List.of();
    }

    /**
     * Makes the backend. It connects, or shows that it can, before it returns; a {@link StartUp} says how long it may try.
     *
     * @param settings URL, credentials, namespace and the backend's own keys
     * @return a backend that closes what it opened
     * @throws dev.pawl.lock.LockConfigException if a setting is wrong
     * @throws dev.pawl.lock.LockBackendException if the service is unreachable or refuses
     */
    LockBackend create(BackendSettings settings);
}
