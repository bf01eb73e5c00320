package dev.pawl.lock.tests;

import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.RedisServers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As after a deployment: the time that a throttled JVM needs to load its classes is not taken for the silence of a service. */
@Full
class ColdStartTest {

    private static final int APPLICATIONS = 8;

    @TempDir
    Path folder;

    @Test
    void applicationsThatStartAtOnce_allReachTheirMasters() throws Exception {
        String url = RedisServers.independent(3).url();
        List<Application> started = new ArrayList<>();
        for (int i = 0; i < APPLICATIONS; i++) {
            started.add(Application.start(
                    folder.resolve("output-" + i),
                    List.of("-cp", System.getProperty("java.class.path"), "-D" + ClassPathMain.BY_URL_ALONE + "=true"),
                    url));
        }
        for (Application application : started) {
            application.holds(1);
        }
    }
}
