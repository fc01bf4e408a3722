package dev.lockstep.ui;

import java.util.Optional;

/**
 * What a page shows of the demo.
 *
 * @param clusterUrl where the simulated cluster answers
 * @param mayRollOut whether whoever looks may change what the cluster runs
 */
public record DemoPanel(Optional<String> clusterUrl, boolean mayRollOut) {}
