package dev.lockstep.plan;

import java.util.regex.Pattern;

/** The one rule for names that stand in URLs, in Kubernetes and in {@code application_name}: a DNS label. */
final class Names {
    private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private Names() {}

    static void requireDnsLabel(String what, String value) {
        if (!DNS_LABEL.matcher(value).matches()) {
            throw new IllegalArgumentException("\"" + value + "\" is not a valid " + what
                    + ": use 1 to 63 lower-case letters, digits and dashes, and begin and end with a letter or digit");
        }
    }
}
