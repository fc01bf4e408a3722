package dev.lockstep.ui;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips tests that need a browser where there is none, and says how to get one. */
final class ChromiumCondition implements ExecutionCondition {
    static Optional<Path> chromium() {
        return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return chromium()
                .map(found -> ConditionEvaluationResult.enabled("the browser is " + found))
                .orElseGet(() -> ConditionEvaluationResult.disabled(
                        "There is no Chromium on this machine, so the page was not tried in a browser. Get it with: apt-get"
                                + " install chromium"));
    }
}
