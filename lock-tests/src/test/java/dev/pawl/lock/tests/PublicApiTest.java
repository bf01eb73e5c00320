package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What applications may call is written down, a file for each module. A change of it is a change of such a file, which a reviewer sees, and
 * never an accident.
 */
class PublicApiTest {

    private static final Path LISTS = Path.of("api");
    private static final Path CURRENT = Path.of("target", "api");

    static Stream<String> modules() {
        return BomTest.modules();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void publicApi_isTheOneThatIsWrittenDown(String module) throws IOException {
        String api = api(Path.of("..", module, "target", "classes"));
        Path list = LISTS.resolve(module + ".txt");
        Path current = CURRENT.resolve(module + ".txt");
        Files.createDirectories(CURRENT);
        Files.writeString(current, api);

        assertThat(api)
                .as(
                        "The public API of %s. If the change is meant, copy lock-tests/%s to lock-tests/%s",
                        module, current, list)
                .isEqualTo(Files.exists(list) ? Files.readString(list) : "");
    }

    @Test
    void noListIsLeftOfAModuleThatHasGone() throws IOException {
        try (Stream<Path> lists = Files.list(LISTS)) {
            assertThat(lists.map(list -> list.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            modules().map(module -> module + ".txt").toList());
        }
    }

    private static String api(Path classes) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-protected"));
        try (Stream<Path> files = Files.walk(classes)) {
            files.map(Path::toString)
                    .filter(file -> file.endsWith(".class") && !file.contains("internal") && !file.contains("-info"))
                    .sorted()
                    .forEach(arguments::add);
        }
        if (arguments.size() == 1) {
            return "";
        }
        StringWriter output = new StringWriter();
        StringWriter errors = new StringWriter();
        int exit = ToolProvider.findFirst("javap")
                .orElseThrow()
                .run(new PrintWriter(output), new PrintWriter(errors), arguments.toArray(String[]::new));
        assertThat(exit).as(errors.toString()).isZero();
        // A class that is not public has a block, too, and is nobody's business.
        // Java 17 writes some commas without a space, and some names with slashes.
        return Stream.of(output.toString()
                        .replaceAll(",\\s*", ", ")
                        .replace('/', '.')
                        .split("Compiled from \"[^\"]*\"\\R"))
                .filter(type -> type.startsWith("public "))
                .sorted()
                .collect(Collectors.joining("\n"));
    }
}
