package dev.pawl.lock.testkit;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.StaleTokenException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;

/**
 * A writer in a JVM of its own. The arguments are the class of its {@link GuardedStore}, the text form of its token, the value, and
 * the step at which it stops; it writes {@code at <step>} and stands still there until its input ends, which it does with the
 * parent. Otherwise {@code written}, or {@code refused}.
 */
public final class GuardChildMain {

    private GuardChildMain() {}

    /**
     * Writes once.
     *
     * @param arguments see the class
     * @throws Exception whatever the store throws
     */
    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String url = System.getenv(ChildJvm.URL_VARIABLE);
        Constructor<? extends GuardedStore> constructor =
                Class.forName(arguments[0]).asSubclass(GuardedStore.class).getDeclaredConstructor(String.class);
        constructor.setAccessible(true);
        try (GuardedStore store = constructor.newInstance(url)) {
            store.write(FencingToken.parse(arguments[1]), arguments[2], step -> standStill(step, arguments[3], input));
            System.out.println("written");
        } catch (StaleTokenException e) {
            System.out.println("refused");
        }
        System.exit(0);
    }

    private static void standStill(String step, String at, BufferedReader input) {
        if (!step.equals(at)) {
            return;
        }
        System.out.println("at " + step);
        try {
            while (input.readLine() != null) {
                // The parent is alive.
            }
        } catch (IOException e) {
            // As good as the end.
        }
        Runtime.getRuntime().halt(1);
    }
}
