package dev.pawl.lock.internal;

import dev.pawl.lock.Requirement;
import dev.pawl.lock.spi.Nearest;
import java.util.Arrays;
import java.util.List;

/** Settings that are neither text nor a duration. */
public final class Values {

    private Values() {}

    public static boolean parseBoolean(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    public static int parseInt(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a whole number between 0 and 1000", e);
        }
    }

    /** Reads names separated by commas; nothing, to take back what an earlier source asked for, is an empty list. */
    public static Requirement[] parseRequirements(String text) {
        if (text.isBlank()) {
            return new Requirement[0];
        }
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .map(Values::parseRequirement)
                .toArray(Requirement[]::new);
    }

    private static Requirement parseRequirement(String name) {
        List<Requirement> all = List.of(Requirement.values());
        return all.stream()
                .filter(requirement -> requirement.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is none of " + all
                        + ", separated by commas"
                        + Nearest.hint(name, all.stream().map(Requirement::name).toList())));
    }
}
