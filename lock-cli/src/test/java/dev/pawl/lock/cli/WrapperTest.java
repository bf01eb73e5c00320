package dev.pawl.lock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shell wrapper beside a jar, as it is installed; in place of Java stands a script that says what it was told. */
@Timeout(60)
class WrapperTest {

    @TempDir
    Path installed;

    @BeforeEach
    void install() throws IOException {
        Path java = Files.createDirectories(installed.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho \"locale=${LC_ALL-unset}\"\nfor word; do echo \"<$word>\"; done\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.copy(wrapperOfTheSources(), installed.resolve("pawl"));
        Files.createFile(installed.resolve("pawl.jar"));
    }

    private static Path wrapperOfTheSources() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("pawl")) ? here.resolve("pawl") : here.resolveSibling("pawl");
    }

    private String wrapper(Map<String, String> environment, Path wrapper, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", wrapper.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("JAVA_HOME", installed.resolve("jdk").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    @Test
    void words_passAsTheyAre_afterTheJar() throws Exception {
        assertThat(wrapper(Map.of("LANG", "C.UTF-8"), installed.resolve("pawl"), "run", "a b", "", "*", "-Dx"))
                .contains("locale=unset\n")
                .endsWith("<-jar>\n<" + installed.resolve("pawl.jar") + ">\n<run>\n<a b>\n<>\n<*>\n<-Dx>\n");
    }

    @Test
    void localeWithoutACharacterSet_isReplaced_andHandedOn() throws Exception {
        assertThat(wrapper(Map.of(), installed.resolve("pawl")))
                .contains("locale=C.UTF-8\n", "<-Ddev.pawl.cli.lc-all=unset>\n");
        assertThat(wrapper(Map.of("LC_ALL", "POSIX", "LANG", "de_DE.UTF-8"), installed.resolve("pawl")))
                .contains("locale=C.UTF-8\n", "<-Ddev.pawl.cli.lc-all=POSIX>\n");
    }

    @Test
    void link_leadsToTheJar() throws Exception {
        Path link = Files.createSymbolicLink(installed.resolve("elsewhere"), installed.resolve("pawl"));

        assertThat(wrapper(Map.of(), link)).contains("<" + installed.resolve("pawl.jar") + ">");
    }

    @Test
    void missingJar_isTold() throws Exception {
        Files.delete(installed.resolve("pawl.jar"));

        assertThat(wrapper(Map.of(), installed.resolve("pawl"))).startsWith("pawl: there is no pawl.jar beside ");
    }
}
