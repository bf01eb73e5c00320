package dev.pawl.lock.tests.spring;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs classes of tests, and writes how many cases there were, and what has failed. */
final class TestsMain {

    private TestsMain() {}

    public static void main(String[] classes) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(Stream.of(classes)
                                        .map(name -> selectClass(name))
                                        .toList())
                                .build(),
                        listener);
        listener.getSummary().printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        System.out.println("succeeded " + listener.getSummary().getTestsSucceededCount() + ", aborted "
                + listener.getSummary().getTestsAbortedCount() + ", failed "
                + listener.getSummary().getTotalFailureCount());
        System.exit(0);
    }
}
