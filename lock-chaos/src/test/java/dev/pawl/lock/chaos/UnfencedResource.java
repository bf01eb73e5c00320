package dev.pawl.lock.chaos;

import java.io.IOException;
import java.nio.file.Path;

/** A resource that takes whatever it is given. */
final class UnfencedResource extends FencedResource {

    private UnfencedResource(Path log) {
        super(log);
    }

    public static void main(String[] arguments) throws IOException {
        new UnfencedResource(Path.of(arguments[0])).serve();
    }

    @Override
    boolean accepts(long token, long newest) {
        return true;
    }
}
