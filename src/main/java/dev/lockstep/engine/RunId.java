package dev.lockstep.engine;

import java.util.UUID;

/** One execution of a plan on one database. */
public record RunId(UUID value) {
    /** The first eight digits, for places with little room such as {@code application_name}. */
    public String shortForm() {
        return value.toString().substring(0, 8);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
