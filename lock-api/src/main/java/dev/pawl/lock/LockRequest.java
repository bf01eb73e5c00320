package dev.pawl.lock;

import java.util.Objects;

/**
 * One request for one name, as a {@link LockListener} is told of it. The events of one request carry the same {@link #id()}. Of several
 * names that are asked for one after the other, each is a request.
 */
public final class LockRequest {

    private final long id;
    private final String name;
    private final LockKind kind;
    private final LockOptions options;

    /**
     * Creates a request.
     *
     * @param id as {@link #id()}
     * @param name as {@link #name()}
     * @param kind as {@link #kind()}
     * @param options as {@link #options()}
     */
    public LockRequest(long id, String name, LockKind kind, LockOptions options) {
        this.id = id;
        this.name = Objects.requireNonNull(name, "name");
        this.kind = Objects.requireNonNull(kind, "kind");
        this.options = Objects.requireNonNull(options, "options");
    }

    /**
     * A number that no other request of this client has.
     *
     * @return the number
     */
    public long id() {
        return id;
    }

    /**
     * What is asked for.
     *
     * @return the lock's name
     */
    public String name() {
        return name;
    }

    /**
     * What stands under that name.
     *
     * @return the kind
     */
    public LockKind kind() {
        return kind;
    }

    /**
     * How it is to be held and waited for.
     *
     * @return the options
     */
    public LockOptions options() {
        return options;
    }

    /** Number, kind and name. */
    @Override
    public String toString() {
        return "LockRequest[" + id + ", " + kind + " '" + name + "']";
    }
}
