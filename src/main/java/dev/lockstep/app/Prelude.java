package dev.lockstep.app;

import java.net.URI;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Stands up a world around the service before the service itself starts, and takes it down after. Found by
 * {@link java.util.ServiceLoader}, because nothing may import the room that has one. All calls come from one thread,
 * except {@link #close}.
 */
public interface Prelude extends AutoCloseable {
    /** The first word of the command line that asks for it. */
    String name();

    /**
     * Starts what the service needs.
     *
     * @param environment the settings of the process: environment variables, and over them system properties
     * @return configuration for the service, over anything that its files say
     * @throws IllegalStateException with a message for the person at the terminal when it cannot be done
     */
    Map<String, String> prepare(Map<String, String> environment);

    /**
     * The service answers at this address. Blocks as long as the prelude drives it.
     *
     * @return the exit code when the process should end now; empty when it should go on until it is stopped
     */
    OptionalInt afterStart(URI base);

    /** The service has ended. May be called from a shutdown hook, more than once, and after a failed preparation. */
    @Override
    void close();
}
