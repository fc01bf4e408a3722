package dev.lockstep.target;

import dev.lockstep.plan.BackfillLimits.HttpCheck;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;

/** Whoever answers at an address says whether the backfill may go on as it is. Only the status counts; nothing is shown of it else. */
final class HttpSignal implements Signal {
    private static final double NO = 2;

    private final HttpCheck check;
    private final HttpClient client;

    /** @param client one that follows no redirection */
    HttpSignal(HttpCheck check, HttpClient client) {
        this.check = check;
        this.client = client;
    }

    @Override
    public String name() {
        return check.name();
    }

    @Override
    public String remedy() {
        return "Ask whoever answers at that address (backfill.limits.http); it is asked again every second.";
    }

    @Override
    public List<Reading> look(Connection connection) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(check.url()))
                .timeout(Duration.ofMillis(check.timeoutMilliseconds()))
                .header("User-Agent", "lockstep")
                .GET()
                .build();
        try {
            int status = client.send(request, BodyHandlers.discarding()).statusCode();
            boolean go = status >= 200 && status < 300;
            return List.of(new Reading.Felt(
                    name(), true, go ? 0 : NO, "check " + name(), "The check " + name() + " answers " + status + "."));
        } catch (IOException e) {
            return List.of(new Reading.Unread(
                    name(),
                    "The check " + name() + " did not answer within " + check.timeoutMilliseconds() + " ms: "
                            + e.getClass().getSimpleName() + "."));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }
}
