package dev.lockstep.app;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Where the jar starts. A first word that names a {@link Prelude} has that prepare the world around the service. */
@QuarkusMain
public final class Main {
    /** Longer than the service needs to end; after that the world is taken down around it. */
    private static final long SERVICE_ENDS_WITHIN_SECONDS = 30;

    public static void main(String... arguments) {
        Optional<Prelude> prelude = arguments.length == 0 ? Optional.empty() : named(arguments[0]);
        if (prelude.isPresent()) {
            perform(prelude.get(), arguments);
        } else {
            Quarkus.run(arguments);
        }
    }

    private static Optional<Prelude> named(String name) {
        return ServiceLoader.load(Prelude.class, Main.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(prelude -> prelude.name().equals(name))
                .findFirst();
    }

    private static void perform(Prelude prelude, String... arguments) {
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> closeAfter(ended, prelude), "prelude-closer"));
        try {
            prelude.prepare(environment()).forEach(System::setProperty);
        } catch (IllegalStateException e) {
            System.err.println("lockstep: " + e.getMessage());
            ended.countDown();
            System.exit(1);
        }
        PreludedService.perform(prelude);
        Quarkus.run(
                PreludedService.class,
                (code, failure) -> {
                    ended.countDown();
                    // Also when a signal is ending the process; then this waits for the end that is under way.
                    System.exit(failure == null ? code : 1);
                },
                arguments);
    }

    /** The service's own hook ends it at the same time, and still needs its database for that. */
    private static void closeAfter(CountDownLatch ended, Prelude prelude) {
        try {
            boolean orderly = ended.await(SERVICE_ENDS_WITHIN_SECONDS, TimeUnit.SECONDS);
            if (!orderly) {
                System.err.println("lockstep: the service did not end in time; its database is stopped nevertheless.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        prelude.close();
    }

    private static Map<String, String> environment() {
        Map<String, String> all = new TreeMap<>(System.getenv());
        System.getProperties().stringPropertyNames().forEach(name -> all.put(name, System.getProperty(name)));
        return all;
    }
}
