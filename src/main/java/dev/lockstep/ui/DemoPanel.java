package dev.lockstep.ui;

import java.util.Optional;

/**
 * What a page shows of the demo.
 *
 * @param clusterUrl where the simulated cluster answers
 */
public record DemoPanel(Optional<String> clusterUrl) {}
