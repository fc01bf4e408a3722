package dev.lockstep.ui;

import java.util.Optional;

/**
 * What surrounds every page.
 *
 * @param viewer empty before somebody has signed in
 * @param version of Lockstep, so that browsers do not keep the style sheet of an older one
 */
public record Frame(String title, Optional<String> viewer, String version) {}
