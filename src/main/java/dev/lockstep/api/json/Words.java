package dev.lockstep.api.json;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How the contract spells the words that are constants inside. */
public final class Words {
    private Words() {}

    /** {@code AWAITING_APPROVAL} as {@code AwaitingApproval}. */
    public static String camelCase(String constant) {
        return Stream.of(constant.split("_", -1))
                .map(word ->
                        word.isEmpty() ? "" : word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    static String of(Enum<?> constant) {
        return camelCase(constant.name());
    }
}
