package dev.pawl.lock.tests.servers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Where the servers of this JVM come from. */
enum ServerProvider {
    /** Containers, through Testcontainers. */
    DOCKER,
    /** Binaries from Maven Central. */
    EMBEDDED;

    private static final String PROPERTY = "pawl.servers";
    private static final long PULL_SECONDS = 120;

    private static final Map<String, Shared<ServerProvider>> chosen = new ConcurrentHashMap<>();

    /**
     * Chooses, once a JVM and service, and says so in one line.
     *
     * @param service its key in {@code images.properties}
     * @param leftOut what a run on the embedded servers does not show
     * @throws IllegalStateException if {@code -Dpawl.servers=docker} and there is no engine or no image
     */
    static ServerProvider of(String service, String leftOut) {
        return chosen.computeIfAbsent(
                        service, key -> new Shared<>(() -> choose(key, System.getProperty(PROPERTY), leftOut)))
                .get();
    }

    private static ServerProvider choose(String service, @Nullable String forced, String leftOut) {
        if (forced != null && !forced.equals("docker") && !forced.equals("embedded")) {
            throw new IllegalStateException("-D" + PROPERTY + "=" + forced + ": must be docker or embedded");
        }
        if ("embedded".equals(forced)) {
            return embedded(service, "as -D" + PROPERTY + " says", leftOut);
        }
        String image = Images.of(service);
        Optional<String> obstacle = whatKeepsFromRunning(image);
        if (obstacle.isEmpty()) {
            System.out.println("Pawl test servers: " + service + " in Docker, image " + image + "; nothing left out");
            return DOCKER;
        }
        if (forced != null) {
            throw new IllegalStateException("-D" + PROPERTY + "=docker, but " + obstacle.get()
                    + ". Start an engine that has the image, name another with -Dpawl.image." + service
                    + ", or leave the property out to run embedded servers");
        }
        return embedded(service, obstacle.get(), leftOut);
    }

    private static ServerProvider embedded(String service, String why, String leftOut) {
        System.out.println("Pawl test servers: " + service + " embedded (" + why + "); left out: " + leftOut);
        return EMBEDDED;
    }

    private static Optional<String> whatKeepsFromRunning(String image) {
        DockerClient docker;
        try {
            docker = WatchedContainer.docker();
            docker.pingCmd().exec();
        } catch (RuntimeException e) {
            return Optional.of("no Docker engine answers");
        }
        try {
            docker.inspectImageCmd(image).exec();
            return Optional.empty();
        } catch (NotFoundException absent) {
            return pull(docker, image);
        }
    }

    private static Optional<String> pull(DockerClient docker, String image) {
        try {
            boolean pulled = docker.pullImageCmd(image).start().awaitCompletion(PULL_SECONDS, TimeUnit.SECONDS);
            return pulled
                    ? Optional.empty()
                    : Optional.of("pulling image " + image + " took over " + PULL_SECONDS + " s");
        } catch (RuntimeException e) {
            return Optional.of("the Docker engine has no image " + image + " and cannot pull it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("pulling image " + image + " was interrupted");
        }
    }
}
