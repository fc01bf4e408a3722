package dev.lockstep.app;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.net.URI;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** The service with a {@link Prelude} that goes on once it answers. */
public class PreludedService implements QuarkusApplication {
    /** Quarkus makes the application itself, and hands nothing to it. */
    private static final AtomicReference<@Nullable Prelude> PRELUDE = new AtomicReference<>();

    static void perform(Prelude prelude) {
        PRELUDE.set(prelude);
    }

    @Override
    public int run(String... arguments) {
        Prelude prelude = PRELUDE.get();
        OptionalInt exit = prelude == null ? OptionalInt.empty() : prelude.afterStart(base());
        if (exit.isPresent()) {
            return exit.getAsInt();
        }
        Quarkus.waitForExit();
        return 0;
    }

    private static URI base() {
        var config = ConfigProvider.getConfig();
        return URI.create("http://%s:%d"
                .formatted(
                        config.getValue("quarkus.http.host", String.class),
                        config.getValue("quarkus.http.port", Integer.class)));
    }
}
