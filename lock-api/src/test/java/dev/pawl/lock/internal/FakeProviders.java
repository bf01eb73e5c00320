package dev.pawl.lock.internal;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.ClientLibrary;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockBackendProvider;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Class paths with backends on them that are not there. */
public final class FakeProviders {

    private FakeProviders() {}

    /** A class path on which, besides what the tests have, these providers and folders are found. */
    public static URLClassLoader classPath(Path services, List<Class<?>> providers, Path... folders) {
        try {
            Path file = services.resolve("META-INF/services/" + LockBackendProvider.class.getName());
            Files.createDirectories(file.getParent());
            Files.writeString(file, providers.stream().map(Class::getName).collect(Collectors.joining("\n")));
            URL[] urls = Stream.concat(Stream.of(services), Stream.of(folders))
                    .map(FakeProviders::url)
                    .toArray(URL[]::new);
            return new URLClassLoader(urls, FakeProviders.class.getClassLoader());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static URL url(Path folder) {
        try {
            return folder.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Serves {@code jdbc:}. */
    public static class Jdbc implements LockBackendProvider {

        static final List<Recording> made = new CopyOnWriteArrayList<>();

        @Override
        public Set<String> schemes() {
            return Set.of("jdbc");
        }

        @Override
        public Set<String> keys() {
            return Set.of("pawl.jdbc.create-table");
        }

        @Override
        public LockBackend create(BackendSettings settings) {
            Recording backend = new Recording(settings);
            made.add(backend);
            return backend;
        }
    }

    /** Serves {@code jdbc:} as well. */
    public static final class AnotherJdbc extends Jdbc {}

    /** Serves {@code jdbc:}, with a backend that cannot even be closed. */
    public static final class UnclosableJdbc extends Jdbc {
        @Override
        public LockBackend create(BackendSettings settings) {
            return new Recording(settings) {
                @Override
                public void close() {
                    throw new IllegalStateException("close failed");
                }
            };
        }
    }

    /** Has a key that {@link Jdbc} does not read. */
    public static final class Other extends Jdbc {
        @Override
        public Set<String> schemes() {
            return Set.of("other");
        }

        @Override
        public Set<String> keys() {
            return Set.of("pawl.other.key");
        }
    }

    /** Was built with a version of its library that is not there. */
    public static final class Misfit extends Jdbc {
        @Override
        public Set<String> schemes() {
            return Set.of("misfit");
        }

        @Override
        public List<ClientLibrary> libraries() {
            return List.of(new ClientLibrary("org.assertj:assertj-core", "99.0"));
        }

        @Override
        public LockBackend create(BackendSettings settings) {
            throw new NoClassDefFoundError("io/lettuce/core/Newest");
        }
    }

    /** Breaks when it is loaded. */
    public static final class Broken extends Jdbc {
        public Broken() {
            throw new IllegalStateException("broken provider");
        }
    }

    /** Remembers how it was made and whether it was closed. */
    static class Recording implements LockBackend {
        final BackendSettings settings;
        private final LockBackend delegate = MemoryBackend.create();
        volatile boolean closed;

        Recording(BackendSettings settings) {
            this.settings = settings;
        }

        @Override
        public Guarantees guarantees() {
            return delegate.guarantees();
        }

        @Override
        public Contender join(Contest contest) {
            return delegate.join(contest);
        }

        @Override
        public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
            return delegate.renew(due, blocking);
        }

        @Override
        public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
            return delegate.release(grant, blocking);
        }

        @Override
        public CompletionStage<?> ping(Executor blocking) {
            return delegate.ping(blocking);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
