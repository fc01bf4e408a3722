package dev.lockstep.ui;

import dev.lockstep.engine.Testimony;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the server says about the use of something that is about to go, for the person who decides.
 *
 * @param verdict in one sentence
 * @param details as sentences; statements among them
 * @param clear whether nothing speaks against it
 */
public record Witness(String verdict, List<String> details, boolean clear) {
    private static final int SHOWN = 8;

    public Witness {
        details = List.copyOf(details);
    }

    static Witness of(Testimony testimony) {
        return switch (testimony) {
            case Testimony.Silent(var what, String reason, String remedy) ->
                new Witness(
                        "The server cannot say whether something still uses " + what + ".",
                        List.of(reason, remedy),
                        false);
            case Testimony.Given(var what, var uses, Instant since, boolean sinceNewOnly) -> {
                String from = sinceNewOnly
                        ? " since all code was new (" + When.utc(since) + ")"
                        : " since its statistics began (" + When.utc(since) + ")";
                String old = sinceNewOnly
                        ? "Find out what sends them before you approve."
                        : "Statements of code that is gone by now count as well. With contract.requireUnused the plan"
                                + " counts only what comes after it, and holds for it.";
                yield uses.isEmpty()
                        ? new Witness(
                                "The server has seen nothing use " + what + from + ".",
                                List.of("Code inside functions is not seen, and neither is what runs less often."),
                                true)
                        : new Witness(
                                "The server has seen " + Count.of(uses.size(), "use") + " of " + what + from + ".",
                                Stream.concat(
                                                Stream.of(old),
                                                uses.stream().limit(SHOWN).map(Witness::sentence))
                                        .toList(),
                                false);
            }
        };
    }

    private static String sentence(Testimony.Use use) {
        return Count.of(use.times(), "time") + " by " + use.who() + ": " + use.statement() + " — " + use.how();
    }
}
