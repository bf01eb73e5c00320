package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.spi.ClientLibrary;
import dev.pawl.lock.spi.LockBackendProvider;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** An application has backends on its class path that it does not use; their libraries may be missing or of any version. */
class ProvidersWithoutLibrariesTest {

    private static final Pattern LIBRARY =
            Pattern.compile(".*/(lettuce|netty|reactor|HikariCP|curator|zookeeper)[^/]*\\.jar");

    @Test
    void everyProvider_saysWhatItServes_withoutItsLibraries() throws Exception {
        Set<String> schemes = new TreeSet<>();
        try (URLClassLoader bare = classPathWithout(LIBRARY)) {
            Class<?> service = bare.loadClass(LockBackendProvider.class.getName());
            for (Object provider : ServiceLoader.load(service, bare)) {
                schemes.addAll(strings(service.getMethod("schemes").invoke(provider)));
                strings(service.getMethod("keys").invoke(provider));
                service.getMethod("libraries").invoke(provider);
            }
        }
        assertThat(schemes).contains("redis", "rediss-sentinel", "redlock", "zookeeper", "jdbc");
    }

    @Test
    void everyProviderOfAService_namesItsLibraries_andTheirJarsNameTheirVersions() {
        for (LockBackendProvider provider : ServiceLoader.load(LockBackendProvider.class)) {
            if (provider.schemes().contains("memory")) {
                continue;
            }
            assertThat(provider.libraries()).as(provider.getClass().getName()).isNotEmpty();
            for (ClientLibrary library : provider.libraries()) {
                assertThat(library.foundBy(getClass().getClassLoader())).hasValue(library.builtWith());
            }
        }
    }

    private static List<String> strings(Object set) {
        return ((Set<?>) set).stream().map(String.class::cast).toList();
    }

    private static URLClassLoader classPathWithout(Pattern library) throws IOException {
        List<URL> urls = new ArrayList<>();
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(place -> !library.matcher(place).matches())
                .map(ProvidersWithoutLibrariesTest::url)
                .forEach(urls::add);
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    private static URL url(String place) {
        try {
            return Path.of(place).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(place, e);
        }
    }
}
