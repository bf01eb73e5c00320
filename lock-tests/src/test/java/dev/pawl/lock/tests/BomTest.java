package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The bill of materials names every artifact that applications use, and nothing of anybody else's. */
class BomTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** Programs, what tests Pawl itself, and the list itself. */
    private static final Set<String> NOT_FOR_APPLICATIONS = Set.of(
            "lock-bom", "lock-cli", "lock-examples", "lock-benchmarks", "lock-tests", "lock-testservers", "lock-chaos");

    private static final Pattern ARTIFACT =
            Pattern.compile("<groupId>([^<]*)</groupId>\\s*<artifactId>([^<]*)</artifactId>\\s*<version>([^<]*)<");

    @Test
    void bom_namesEveryModule_andOnlyThese() throws IOException {
        Set<String> named = artifacts(
                management(ROOT.resolve("lock-bom/pom.xml")), matcher -> matcher.group(1) + ":" + matcher.group(2));

        assertThat(named)
                .isEqualTo(modules().map(name -> "dev.pawl:" + name).collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void bom_hasTheVersionOfTheParent_andGivesItToEveryArtifact() throws IOException {
        Path bom = ROOT.resolve("lock-bom/pom.xml");

        assertThat(artifacts(Files.readString(bom), matcher -> matcher.group(2) + " " + matcher.group(3)))
                .contains("lock-bom " + versionOfTheParent());
        assertThat(artifacts(management(bom), matcher -> matcher.group(3))).containsExactly("${project.version}");
    }

    private static String versionOfTheParent() throws IOException {
        return artifacts(
                        Files.readString(ROOT.resolve("pom.xml")), matcher -> matcher.group(2) + " " + matcher.group(3))
                .stream()
                .filter(artifact -> artifact.startsWith("pawl-parent "))
                .map(artifact -> artifact.substring("pawl-parent ".length()))
                .findFirst()
                .orElseThrow();
    }

    private static String management(Path pom) throws IOException {
        String text = Files.readString(pom);
        return text.substring(text.indexOf("<dependencyManagement>"), text.indexOf("</dependencyManagement>"));
    }

    private static Set<String> artifacts(String text, Function<Matcher, String> what) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = ARTIFACT.matcher(text);
        while (matcher.find()) {
            found.add(what.apply(matcher));
        }
        return found;
    }

    /** What is published for applications. */
    static Stream<String> modules() {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders
                    .filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .map(folder -> folder.getFileName().toString())
                    .filter(name -> name.startsWith("lock-") && !NOT_FOR_APPLICATIONS.contains(name))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
