package dev.pawl.lock.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.spi.LockBackendProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What an editor completes is what the application may write. */
class MetadataTest {

    private static final Pattern PROPERTY = Pattern.compile("\"name\": \"(pawl\\.[^\"]*)\",\\s*\"type\"");

    @Test
    void metadata_namesEveryKey_ofPawlAndOfTheBackendsOfTheStarter_andNoOther() throws IOException {
        Set<String> known = new TreeSet<>(PawlSettings.COMMON);
        known.add(PawlSettings.USE);
        ServiceLoader.load(LockBackendProvider.class).forEach(provider -> known.addAll(provider.keys()));

        assertThat(described()).isEqualTo(known);
    }

    private static Set<String> described() throws IOException {
        try (InputStream file =
                MetadataTest.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            assertThat(file).isNotNull();
            return PROPERTY.matcher(new String(file.readAllBytes(), StandardCharsets.UTF_8))
                    .results()
                    .map(match -> match.group(1))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
