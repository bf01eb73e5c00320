package dev.pawl.lock.tests.spring;

import dev.pawl.lock.LockClient;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * An application that Spring Boot's DevTools start again, as after a change of a class: three times, each time with a lock that is still
 * held. It writes whether that lock was free again, and which threads of Pawl there are. In the end it closes its context.
 */
final class DevToolsMain {

    private static final int STARTS = 4;
    private static final String KEPT = "kept";

    /** How many starts there were. Not a field: each start has its own class loader, and so its own fields. */
    private static final String COUNT = "dev-tools.starts";

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private DevToolsMain() {}

    public static void main(String[] args) throws Exception {
        // DevTools leave the first start, on the thread of this name, at once, and begin anew on another.
        boolean isMain = Thread.currentThread().getName().equals("main");
        int start = Integer.getInteger(COUNT, 0) + (isMain ? 0 : 1);
        System.setProperty(COUNT, Integer.toString(start));
        SpringApplication application = new SpringApplication(App.class);
        application.setBannerMode(Banner.Mode.OFF);
        ConfigurableApplicationContext context = application.run(args);
        LockClient locks = context.getBean(LockClient.class);
        System.out.println("start " + start + " free "
                + locks.lock(KEPT).tryAcquire().isPresent() + " timers " + timersInTheEnd(1));
        if (start < STARTS) {
            new Thread(DevToolsMain::startAgain, "change").start();
        } else {
            context.close();
            System.out.println("closed, timers " + timersInTheEnd(0));
            Runtime.getRuntime().halt(0);
        }
    }

    private static void startAgain() {
        try {
            Class<?> restarter = Class.forName("org.springframework.boot.devtools.restart.Restarter");
            restarter
                    .getMethod("restart")
                    .invoke(restarter.getMethod("getInstance").invoke(null));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A thread ends a little after its client was closed. */
    private static int timersInTheEnd(int expected) throws InterruptedException {
        long startNanos = System.nanoTime();
        List<String> timers = timers();
        while (timers.size() > expected && System.nanoTime() - startNanos < PATIENCE_NANOS) {
            Thread.sleep(50);
            timers = timers();
        }
        return timers.size();
    }

    /** One for each client that is open. */
    private static List<String> timers() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("pawl-") && name.contains("-timer"))
                .toList();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class App {}
}
