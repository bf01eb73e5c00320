package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.testservers.RedisServers;
import dev.pawl.lock.testservers.ZooKeeperServers;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application may be one jar, lie on the module path, or run in a JRE that lacks what nobody asked for. */
class PackagingTest {

    /** What jdeps names for Pawl and its libraries. The module jdk.net is not among them, since nothing needs it for sure. */
    private static final String MODULES = "java.base,java.desktop,java.management,java.naming,java.security.jgss,"
            + "java.security.sasl,java.sql,jdk.jfr,jdk.unsupported";

    @TempDir
    Path folder;

    /** The same modules as in an image that jlink makes of them. */
    @Test
    void runtimeWithoutTheModuleJdkNet_isEnough() throws Exception {
        start(
                        List.of(
                                "--limit-modules",
                                MODULES,
                                "-cp",
                                Application.withPawl()
                                        + File.pathSeparator
                                        + Application.join(Application.libraries())),
                        RedisServers.single().url(),
                        "jdbc:h2:mem:image")
                .holds(3);
    }

    @Test
    void applicationInOneJar_startsWithItsServiceFilesMerged() throws Exception {
        start(
                        List.of("-cp", "" + oneJar(Application.libraries(), true)),
                        "memory:",
                        RedisServers.single().url(),
                        "jdbc:h2:mem:one")
                .holds(4);
    }

    /** As maven-shade-plugin does it when nobody tells it otherwise. */
    @Test
    void applicationInOneJar_withOneServiceFileOfSeveral_isToldSo() throws Exception {
        String classPath = oneJar(List.of(), false) + File.pathSeparator + Application.join(Application.libraries());
        start(List.of("-cp", classPath), "memory:").holds(1);
        assertThat(start(List.of("-cp", classPath), "jdbc:h2:mem:one").output())
                .contains("pawl.url: the backend of 'jdbc:' (dev.pawl:lock-jdbc) is on the class path, but the file"
                        + " META-INF/services/dev.pawl.lock.spi.LockBackendProvider does not name it")
                .contains("merge them");
    }

    /** But for ZooKeeper's own jars, two of which share packages: they stay on the class path, and with them who needs them. */
    @Test
    void modulePath_isEnough_ifAllOfItIsResolved() throws Exception {
        List<Path> beside = Stream.concat(Application.pawlsOwn().stream(), Application.libraries().stream())
                .filter(place -> place.toString().matches(".*(zookeeper|curator).*"))
                .toList();
        Path modules = Files.createDirectory(folder.resolve("modules"));
        for (Path place : Application.pawlsOwn()) {
            if (!beside.contains(place)) {
                OneJar.module(modules, place);
            }
        }
        List<Path> libraries = Application.libraries().stream()
                .filter(place -> !beside.contains(place))
                .toList();

        start(
                        List.of(
                                "--module-path",
                                modules + File.pathSeparator + Application.join(libraries),
                                "--add-modules",
                                "ALL-MODULE-PATH,jdk.net",
                                "-cp",
                                Application.join(beside) + File.pathSeparator + Application.main()),
                        "memory:",
                        RedisServers.single().url(),
                        "jdbc:h2:mem:modules",
                        ZooKeeperServers.standalone().url())
                .holds(6);
    }

    private Application start(List<String> options, String... urls) throws IOException {
        return Application.start(folder.resolve("output"), options, urls);
    }

    private Path oneJar(List<Path> libraries, boolean merged) throws IOException {
        List<Path> places = Stream.of(Application.pawlsOwn(), List.of(Application.main()), libraries)
                .flatMap(List::stream)
                .toList();
        return OneJar.of(folder.resolve("application.jar"), places, merged);
    }
}
