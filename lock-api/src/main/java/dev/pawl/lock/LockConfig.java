package dev.pawl.lock;

import dev.pawl.lock.internal.ConfigReader;
import dev.pawl.lock.internal.HolderLabel;
import dev.pawl.lock.internal.Settings;
import dev.pawl.lock.internal.Urls;
import dev.pawl.lock.internal.Values;
import dev.pawl.lock.spi.Durations;
import dev.pawl.lock.spi.StartUp;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Which lock service, and how to use it: read from the surroundings by {@link #load()}, or written in code with {@link
 * #builder()}. Immutable.
 *
 * <table>
 * <caption>The keys; each backend has more of its own</caption>
 * <tr><th>key<th>value<th>default
 * <tr><td>{@code pawl.url}<td>the service; its scheme picks the backend<td>none: needed
 * <tr><td>{@code pawl.username}, {@code pawl.password}<td>credentials, unless they stand in the URL<td>none
 * <tr><td>{@code pawl.namespace}<td>prefix of every key, path or row: 1 to 64 letters, digits, {@code .}, {@code _} and {@code
 *     -}, the first a letter or digit<td>{@code pawl}
 * <tr><td>{@code pawl.connect-timeout}<td>how long the start may try to reach the service<td>{@code 10s}
 * <tr><td>{@code pawl.holder}<td>what the client calls itself where somebody asks who holds a lock: at most 128 characters<td>host and
 *     process id
 * <tr><td>{@code pawl.lease-time}, {@code pawl.renewal}, {@code pawl.safety-margin}, {@code pawl.hand-off-max-grants}, {@code
 *     pawl.hand-off-max-time}, {@code pawl.retry-ceiling}, {@code pawl.acquire-timeout}, {@code
 *     pawl.hold-at-least}, {@code pawl.interrupt-on-loss}, {@code pawl.group}<td>see {@link LockOptions}<td>see {@link LockOptions}
 * <tr><td>{@code pawl.require}<td>{@link Requirement}s, separated by commas<td>none
 * </table>
 *
 * <p>Durations are written {@code 500ms}, {@code 30s}, {@code 2m}, {@code 1h}, {@code 7d}, or in ISO-8601. Credentials are never
 * logged and never part of a message of Pawl's.
 */
public final class LockConfig {

    private final String url;
    private final @Nullable String username;
    private final @Nullable String password;
    private final String namespace;
    private final @Nullable String holder;
    private final Duration connectTimeout;
    private final LockOptions options;
    private final Set<Requirement> requirements;
    private final Map<String, String> properties;

    private LockConfig(Builder builder, String url) {
        this.url = url;
        this.username = builder.username;
        this.password = builder.password;
        this.namespace = builder.namespace;
        this.holder = builder.holder;
        this.connectTimeout = builder.connectTimeout;
        this.options = builder.options.build();
        this.requirements = Collections.unmodifiableSet(EnumSet.copyOf(builder.requirements));
        this.properties = Collections.unmodifiableMap(new LinkedHashMap<>(builder.properties));
    }

    /**
     * Reads {@code pawl.properties} (UTF-8) from the class path, then {@code pawl-test.properties}, which only tests have there,
     * then the environment, where {@code pawl.lease-time} is called {@code PAWL_LEASE_TIME}, then system properties. The later wins,
     * key by key. The class path is that of the thread's context class loader, or of Pawl's own where that has no such file. An
     * environment variable that is empty is not set. An unknown {@code PAWL_} variable is only warned about, since platforms make
     * such names by themselves. A key of a backend that the URL does not pick is kept and has no effect.
     *
     * @return the configuration
     * @throws LockConfigException if there is no URL, a key is unknown, a value is malformed or out of range, two values
     *     contradict each other, or a file is there twice or sets a key twice
     */
    public static LockConfig load() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return load(
                context != null ? context : LockConfig.class.getClassLoader(), System.getenv(), System.getProperties());
    }

    static LockConfig load(@Nullable ClassLoader loader, Map<String, String> environment, Properties system) {
        Settings settings = ConfigReader.read(loader, environment, system);
        settings.warnings().forEach(LoggerFactory.getLogger(LockConfig.class)::warn);
        Builder builder = builder();
        builder.place = settings::place;
        settings.with(ConfigReader.URL, builder::url);
        settings.with(ConfigReader.USERNAME, builder::username);
        settings.with(ConfigReader.PASSWORD, builder::password);
        settings.with(ConfigReader.NAMESPACE, builder::namespace);
        settings.with(ConfigReader.HOLDER, builder::holder);
        settings.with(ConfigReader.CONNECT_TIMEOUT, text -> builder.connectTimeout(Durations.parse(text)));
        settings.with(ConfigReader.LEASE_TIME, text -> builder.leaseTime(Durations.parse(text)));
        settings.with(ConfigReader.RENEWAL, text -> builder.renewal(Values.parseBoolean(text)));
        settings.with(ConfigReader.SAFETY_MARGIN, text -> builder.safetyMargin(Durations.parse(text)));
        LockOptions defaults = LockOptions.defaults();
        int[] maxGrants = {defaults.handOffMaxGrants()};
        settings.with(ConfigReader.HAND_OFF_MAX_GRANTS, text -> {
            maxGrants[0] = Values.parseInt(text);
            builder.handOff(maxGrants[0], defaults.handOffMaxTime());
        });
        settings.with(ConfigReader.HAND_OFF_MAX_TIME, text -> builder.handOff(maxGrants[0], Durations.parse(text)));
        settings.with(ConfigReader.RETRY_CEILING, text -> builder.retryCeiling(Durations.parse(text)));
        settings.with(ConfigReader.ACQUIRE_TIMEOUT, text -> builder.acquireTimeout(Durations.parse(text)));
        settings.with(ConfigReader.HOLD_AT_LEAST, text -> builder.holdAtLeast(Durations.parse(text)));
        settings.with(ConfigReader.INTERRUPT_ON_LOSS, text -> builder.interruptOnLoss(Values.parseBoolean(text)));
        settings.with(ConfigReader.GROUP, builder::group);
        settings.with(ConfigReader.REQUIRE, text -> builder.require(Values.parseRequirements(text)));
        settings.withBackendKeys(builder::property);
        return builder.build();
    }

    /**
     * A builder with the defaults and no URL.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The service. May hold credentials; do not log it.
     *
     * @return the URL
     */
    public String url() {
        return url;
    }

    /**
     * The user, unless the URL names it.
     *
     * @return the user, or empty
     */
    public Optional<String> username() {
        return Optional.ofNullable(username);
    }

    /**
     * The password, unless the URL holds it. Do not log it.
     *
     * @return the password, or empty
     */
    public Optional<String> password() {
        return Optional.ofNullable(password);
    }

    /**
     * The prefix of every key, path or row.
     *
     * @return the namespace
     */
    public String namespace() {
        return namespace;
    }

    /**
     * What the client calls itself where somebody asks who holds a lock.
     *
     * @return the label, or empty for host and process id
     */
    public Optional<String> holder() {
        return Optional.ofNullable(holder);
    }

    /**
     * How long the start may try to reach the service. See {@link Builder#connectTimeout}.
     *
     * @return the time limit
     */
    public Duration connectTimeout() {
        return connectTimeout;
    }

    /**
     * How locks are held and waited for, unless a lock has options of its own.
     *
     * @return the options
     */
    public LockOptions options() {
        return options;
    }

    /**
     * What the backend must be able to promise.
     *
     * @return an unmodifiable set, empty if it may be any
     */
    public Set<Requirement> requirements() {
        return requirements;
    }

    /**
     * The backend's own keys. May hold secrets; do not log the values.
     *
     * @return an unmodifiable map
     */
    public Map<String, String> properties() {
        return properties;
    }

    /**
     * The configuration without credentials, and of the backend's own keys only the names.
     *
     * @return text for a log
     */
    @Override
    public String toString() {
        return "LockConfig[url=" + Urls.redact(url) + ", username=" + hidden(username) + ", password="
                + hidden(password) + ", namespace=" + namespace + ", options=" + options + ", requirements="
                + requirements + ", properties=" + properties.keySet() + "]";
    }

    private static String hidden(@Nullable String value) {
        return value == null ? "none" : "***";
    }

    /** Builds a {@link LockConfig}. Not for use by several threads. */
    public static final class Builder {
        private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

        private final EnumSet<Requirement> requirements = EnumSet.noneOf(Requirement.class);
        private final Map<String, String> properties = new LinkedHashMap<>();
        private UnaryOperator<String> place = UnaryOperator.identity();
        private LockOptions.Builder options = LockOptions.builder();
        private @Nullable String url;
        private @Nullable String username;
        private @Nullable String password;
        private String namespace = "pawl";
        private @Nullable String holder;
        private Duration connectTimeout = StartUp.USUAL_LIMIT;

        private Builder() {}

        /**
         * Sets the service, once.
         *
         * @param url the URL; checked by {@link #build()}
         * @return this
         * @throws LockConfigException if another URL was set before
         */
        public Builder url(String url) {
            Objects.requireNonNull(url, "url");
            if (this.url != null && !this.url.equals(url)) {
                throw new LockConfigException(ConfigReader.URL + ": two URLs for one configuration: '"
                        + Urls.redact(this.url) + "' and '" + Urls.redact(url) + "'");
            }
            this.url = url;
            return this;
        }

        /**
         * Sets the user.
         *
         * @param username the user
         * @return this
         */
        public Builder username(String username) {
            this.username = Objects.requireNonNull(username, "username");
            return this;
        }

        /**
         * Sets the password.
         *
         * @param password the password; never logged
         * @return this
         */
        public Builder password(String password) {
            this.password = Objects.requireNonNull(password, "password");
            return this;
        }

        /**
         * Sets the prefix of every key, path or row.
         *
         * @param namespace 1 to 64 letters, digits, {@code .}, {@code _} and {@code -}, the first a letter or digit
         * @return this
         */
        public Builder namespace(String namespace) {
            Objects.requireNonNull(namespace, "namespace");
            if (!NAMESPACE.matcher(namespace).matches()) {
                throw new IllegalArgumentException("namespace: must be 1 to 64 ASCII letters, digits, '.', '_' and '-',"
                        + " the first a letter or digit, but got '" + namespace + "'");
            }
            this.namespace = namespace;
            return this;
        }

        /**
         * Sets what the client calls itself where somebody asks who holds a lock; host and process id by default.
         *
         * @param holder 1 to 128 characters, no control character among them
         * @return this
         */
        public Builder holder(String holder) {
            this.holder = HolderLabel.check(Objects.requireNonNull(holder, "holder"));
            return this;
        }

        /**
         * Sets how long the start may try to reach the service; ten seconds by default. They count from when the first byte could
         * be sent: a JVM that has just begun, on a busy machine, needs seconds to load classes. An attempt to connect that timed out
         * is repeated until this is over; one that the service refused is not. The last attempt may add its own I/O time limit.
         *
         * @param connectTimeout from zero, which means one attempt, to an hour
         * @return this
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = StartUp.checked(connectTimeout);
            return this;
        }

        /**
         * Sets all options at once, in place of those set before.
         *
         * @param options how locks are held and waited for
         * @return this
         */
        public Builder options(LockOptions options) {
            this.options = options.toBuilder();
            return this;
        }

        /**
         * Sets one of the options.
         *
         * @param leaseTime as in {@link LockOptions.Builder#leaseTime}
         * @return this
         */
        public Builder leaseTime(Duration leaseTime) {
            options.leaseTime(leaseTime);
            return this;
        }

        /**
         * Sets one of the options.
         *
         * @param renewal as in {@link LockOptions.Builder#renewal}
         * @return this
         */
        public Builder renewal(boolean renewal) {
            options.renewal(renewal);
            return this;
        }

        /**
         * Sets one of the options.
         *
         * @param safetyMargin as in {@link LockOptions.Builder#safetyMargin}
         * @return this
         */
        public Builder safetyMargin(Duration safetyMargin) {
            options.safetyMargin(safetyMargin);
            return this;
        }

        /**
         * Sets two of the options.
         *
         * @param maxGrants as in {@link LockOptions.Builder#handOff}
         * @param maxTime as in {@link LockOptions.Builder#handOff}
         * @return this
         */
        public Builder handOff(int maxGrants, Duration maxTime) {
            options.handOff(maxGrants, maxTime);
            return this;
        }

        /**
         * Sets one of the options.
         *
         * @param retryCeiling as in {@link LockOptions.Builder#retryCeiling}
         * @return this
         */
        public Builder retryCeiling(Duration retryCeiling) {
            options.retryCeiling(retryCeiling);
            return this;
        }

        /**
         * Sets one of the options.
         *
         * @param acquireTimeout as in {@link LockOptions.Builder#acquireTimeout}
         * @return this
         */
        public Builder acquireTimeout(Duration acquireTimeout) {
            options.acquireTimeout(acquireTimeout);
            return this;
        }

        /**
         * Sets one of the options.
         *
         * @param holdAtLeast as in {@link LockOptions.Builder#holdAtLeast}
         * @return this
         */
        public Builder holdAtLeast(Duration holdAtLeast) {
            options.holdAtLeast(holdAtLeast);
            return this;
        }

        /**
         * Sets one of the options.
         *
         * @param interruptOnLoss as in {@link LockOptions.Builder#interruptOnLoss}
         * @return this
         */
        public Builder interruptOnLoss(boolean interruptOnLoss) {
            options.interruptOnLoss(interruptOnLoss);
            return this;
        }

        /**
         * Sets one of the options.
         *
         * @param group as in {@link LockOptions.Builder#group}
         * @return this
         */
        public Builder group(String group) {
            options.group(group);
            return this;
        }

        /**
         * Asks for what the backend must be able to promise, beyond what was asked for before.
         *
         * @param required any number
         * @return this
         */
        public Builder require(Requirement... required) {
            requirements.addAll(List.of(required));
            return this;
        }

        /**
         * Sets a key of the backend's own. Whether the backend knows it is checked when the client connects.
         *
         * @param key the full key, such as {@code pawl.jdbc.create-table}
         * @param value its value
         * @return this
         * @throws IllegalArgumentException if the key is one that every backend has, and so has a method here
         */
        public Builder property(String key, String value) {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(value, "value");
            if (ConfigReader.COMMON.contains(key)) {
                throw new IllegalArgumentException(
                        "key: '" + key + "' is not a backend's own; the builder has a method" + " for it");
            }
            properties.put(key, value);
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @return an immutable configuration
         * @throws LockConfigException if there is no URL or it is malformed, credentials stand both in the URL and beside it, or
         *     two options contradict each other
         */
        public LockConfig build() {
            if (url == null) {
                throw new LockConfigException("pawl.url is not set: put it into pawl.properties on the class path, the"
                        + " environment variable PAWL_URL, or the system property pawl.url (in code: LockConfig.builder()"
                        + ".url(...))");
            }
            try {
                Urls.check(url);
            } catch (IllegalArgumentException e) {
                throw new LockConfigException(place.apply(ConfigReader.URL) + ": " + e.getMessage(), e);
            }
            if ((username != null || password != null) && Urls.hasCredentials(url)) {
                String beside = username != null ? ConfigReader.USERNAME : ConfigReader.PASSWORD;
                throw new LockConfigException("credentials are given twice, in " + place.apply(ConfigReader.URL)
                        + " and by " + place.apply(beside) + "; keep user and password in one of the two");
            }
            try {
                return new LockConfig(this, url);
            } catch (IllegalArgumentException e) {
                throw new LockConfigException(
                        place.apply(ConfigReader.SAFETY_MARGIN) + ", " + place.apply(ConfigReader.LEASE_TIME) + ": "
                                + e.getMessage(),
                        e);
            }
        }
    }
}
