package dev.lockstep.target;

import dev.lockstep.engine.DeclaredDatabases.Credentials;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a target is reached: its own address, not that of a connection pool in transaction mode (P8).
 *
 * @param url JDBC URL of PostgreSQL
 * @param credentials asked for at each connection, so that they may change: the role, empty where the URL names it, and its
 *     password, empty where none is needed. They throw {@link dev.lockstep.engine.LockstepException} when there are none
 */
public record TargetConnection(String url, Supplier<Credentials> credentials) {
    /** A role that stays the same. */
    public TargetConnection(String url, String user, Supplier<String> password) {
        this(url, () -> new Credentials(user, password.get()));
    }

    /** Parameters that say where and how, never who. Everything else stays out of sight. */
    private static final Set<String> SHOWN =
            Set.of("sslmode", "ssl", "targetservertype", "connecttimeout", "currentschema", "loadbalancehosts");

    /** The URL without user, password and whatever else could be secret. */
    public String shownUrl() {
        int question = url.indexOf('?');
        String address = question < 0 ? url : url.substring(0, question);
        String shown = address.replaceFirst("//[^/@]*@", "//");
        if (question < 0) {
            return shown;
        }
        String parameters = Stream.of(url.substring(question + 1).split("&", -1))
                .filter(parameter -> SHOWN.contains(parameter.split("=", 2)[0].toLowerCase(Locale.ROOT)))
                .collect(Collectors.joining("&"));
        return parameters.isEmpty() ? shown : shown + "?" + parameters;
    }

    @Override
    public String toString() {
        return shownUrl();
    }
}
