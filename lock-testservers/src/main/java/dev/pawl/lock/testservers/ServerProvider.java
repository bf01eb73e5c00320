package dev.pawl.lock.testservers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.PullResponseItem;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Where the servers of this JVM come from. */
enum ServerProvider {
    /** Containers, through Testcontainers. */
    DOCKER,
    /** Binaries from Maven Central. */
    EMBEDDED;

    private static final String PROPERTY = "pawl.servers";

    /** An engine that reaches a registry tells of progress sooner; one that does not may try for minutes. */
    private static final long PULL_BEGINS_SECONDS = 10;

    private static final long PULL_SECONDS = 120;

    private static final Map<String, Shared<ServerProvider>> chosen = new ConcurrentHashMap<>();
    private static final Map<String, Shared<Optional<String>>> obstacles = new ConcurrentHashMap<>();

    /**
     * Chooses, once a JVM and service, and says so in one line.
     *
     * @param service its key in {@code images.properties}
     * @param leftOut what a run on the embedded servers does not show
     * @throws IllegalStateException if {@code -Dpawl.servers=docker} and there is no engine or no image
     */
    static ServerProvider of(String service, String leftOut) {
        return chosen.computeIfAbsent(service, key -> new Shared<>(() -> choose(key, forced(), leftOut)))
                .get();
    }

    /**
     * What keeps a service that has no embedded server from running; found out and said in one line once a JVM.
     *
     * @param service its key in {@code images.properties}
     * @return empty if it runs
     * @throws IllegalStateException if {@code -Dpawl.image.<service>} asks for an image that cannot be had
     */
    static Optional<String> obstacle(String service) {
        return obstacles
                .computeIfAbsent(service, key -> new Shared<>(() -> look(key, forced())))
                .get();
    }

    private static Optional<String> look(String service, @Nullable String forced) {
        if ("embedded".equals(forced)) {
            return leftOut(service, "as -D" + PROPERTY + "=embedded says: it runs in Docker only");
        }
        String image = Images.of(service);
        Optional<String> obstacle = whatKeepsFromRunning(image);
        if (obstacle.isEmpty()) {
            sayDocker(service, image);
            return obstacle;
        }
        if (Images.isOverridden(service)) {
            throw new IllegalStateException("-Dpawl.image." + service + "=" + image + ", but " + obstacle.get());
        }
        return leftOut(service, obstacle.get());
    }

    private static Optional<String> leftOut(String service, String why) {
        System.out.println("Pawl test servers: " + service + " left out (" + why + ")");
        return Optional.of(why);
    }

    private static @Nullable String forced() {
        String forced = System.getProperty(PROPERTY);
        if (forced != null && !forced.equals("docker") && !forced.equals("embedded")) {
            throw new IllegalStateException("-D" + PROPERTY + "=" + forced + ": must be docker or embedded");
        }
        return forced;
    }

    private static ServerProvider choose(String service, @Nullable String forced, String leftOut) {
        if ("embedded".equals(forced)) {
            return embedded(service, "as -D" + PROPERTY + " says", leftOut);
        }
        String image = Images.of(service);
        Optional<String> obstacle = whatKeepsFromRunning(image);
        if (obstacle.isEmpty()) {
            sayDocker(service, image);
            return DOCKER;
        }
        if (forced != null) {
            throw new IllegalStateException("-D" + PROPERTY + "=docker, but " + obstacle.get()
                    + ". Start an engine that has the image, name another with -Dpawl.image." + service
                    + ", or leave the property out to run embedded servers");
        }
        return embedded(service, obstacle.get(), leftOut);
    }

    private static void sayDocker(String service, String image) {
        System.out.println("Pawl test servers: " + service + " in Docker, image " + image + "; nothing left out");
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
        Pull pull = docker.pullImageCmd(image).exec(new Pull());
        try (pull) {
            if (!pull.begun.await(PULL_BEGINS_SECONDS, TimeUnit.SECONDS)) {
                return Optional.of("pulling image " + image + " has not begun in " + PULL_BEGINS_SECONDS + " s");
            }
            return pull.awaitCompletion(PULL_SECONDS, TimeUnit.SECONDS)
                    ? Optional.empty()
                    : Optional.of("pulling image " + image + " took over " + PULL_SECONDS + " s");
        } catch (IOException | RuntimeException e) {
            return Optional.of("the Docker engine has no image " + image + " and cannot pull it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("pulling image " + image + " was interrupted");
        }
    }

    private static final class Pull extends PullImageResultCallback {

        /** Also when it has failed. */
        private final CountDownLatch begun = new CountDownLatch(1);

        @Override
        public void onNext(PullResponseItem progress) {
            begun.countDown();
            super.onNext(progress);
        }

        @Override
        public void onError(Throwable failure) {
            super.onError(failure);
            begun.countDown();
        }

        @Override
        public void onComplete() {
            super.onComplete();
            begun.countDown();
        }
    }
}
