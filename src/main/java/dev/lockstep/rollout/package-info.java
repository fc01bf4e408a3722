/**
 * Kubernetes, behind the ports that {@code engine} declares: watches workloads and pods and turns what they report into
 * evidence. It observes and does not judge; the verdict is {@code gate}'s.
 */
@NullMarked
package dev.lockstep.rollout;

import org.jspecify.annotations.NullMarked;
