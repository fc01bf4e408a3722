package dev.lockstep.app;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Where the jar starts. */
@QuarkusMain
public final class Main {
    public static void main(String... arguments) {
        Quarkus.run(arguments);
    }
}
