package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Capability;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.RedisServers;
import dev.pawl.lock.testservers.ZooKeeperServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page of the guarantees says what the backends say, and names cases that exist. */
@Timeout(120)
class GuaranteesPageTest {

    private static final Path PAGE = Path.of("..", "docs", "guarantees.md");
    private static final Path CURRENT = Path.of("target", "guarantees.md");
    private static final String BEGIN = "<!-- matrix -->\n";
    private static final String END = "<!-- end of the matrix -->";
    private static final Pattern CASE = Pattern.compile("`(\\w+Contract)\\.(\\w+)`");

    @TempDir
    Path folder;

    @Test
    void matrix_isWhatTheBackendsSay() throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        String matrix = matrix(guarantees());
        Files.writeString(CURRENT, page.substring(0, from) + matrix + page.substring(page.indexOf(END)));

        assertThat(page.substring(from, page.indexOf(END)))
                .as("%s; copy lock-tests/%s over it", PAGE, CURRENT)
                .isEqualTo(matrix);
    }

    @Test
    void casesOfThePage_exist() throws IOException {
        List<String> known = Stream.of(LockContract.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> method.getDeclaringClass().getSimpleName() + "." + method.getName())
                .toList();
        List<String> named = CASE.matcher(Files.readString(PAGE))
                .results()
                .map(match -> match.group(1) + "." + match.group(2))
                .toList();

        assertThat(named).hasSizeGreaterThan(30);
        assertThat(known).containsAll(named);
    }

    /** A row that no case shows is a promise that nobody has tried. */
    @Test
    void everyCapability_isShownByACase() throws IOException {
        List<String> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> CASE.matcher(line).find())
                .toList();

        assertThat(Capability.values())
                .allMatch(capability -> rows.stream().anyMatch(row -> row.startsWith("| `" + capability + "` |")));
    }

    private Map<String, Guarantees> guarantees() {
        Map<String, Guarantees> of = new LinkedHashMap<>();
        of.put("memory", of("memory:", "lease"));
        of.put("Redis", of(RedisServers.single().url(), "lease"));
        of.put("Redlock", of(RedisServers.independent(3).url(), "lease"));
        of.put("ZooKeeper", of(ZooKeeperServers.standalone().url(), "lease"));
        of.put("PostgreSQL", of(PostgresServer.shared().url(), "lease"));
        of.put("MariaDB, MySQL, H2", of("jdbc:h2:file:" + folder.resolve("guarantees"), "lease"));
        of.put("SQL in row mode", of(PostgresServer.shared().url(), "row"));
        return of;
    }

    private static Guarantees of(String url, String mode) {
        LockConfig config =
                LockConfig.builder().url(url).property("pawl.jdbc.mode", mode).build();
        try (LockClient client = LockClient.connect(config)) {
            return client.guarantees();
        }
    }

    private static String matrix(Map<String, Guarantees> of) {
        List<String> lines = new ArrayList<>();
        lines.add(of.keySet().stream().collect(Collectors.joining(" | ", "| | ", " |")));
        lines.add("|---".repeat(of.size() + 1) + "|");
        lines.add(row("after a crash", of, it -> "`" + it.crashRelease() + "`"));
        lines.add(row("order", of, it -> "`" + it.order() + "`"));
        lines.add(row("wake-up", of, it -> "`" + it.wakeUp() + "`"));
        lines.add(row("token order survives", of, it -> "`" + it.tokenDurability() + "`"));
        for (Capability capability : Capability.values()) {
            lines.add(row("`" + capability + "`", of, it -> it.supports(capability) ? "yes" : "–"));
        }
        return String.join("\n", lines) + "\n";
    }

    private static String row(String title, Map<String, Guarantees> of, Function<Guarantees, String> cell) {
        return of.values().stream().map(cell).collect(Collectors.joining(" | ", "| " + title + " | ", " |"));
    }
}
