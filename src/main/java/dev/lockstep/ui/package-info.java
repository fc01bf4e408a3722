/**
 * The operator's pages: what each run is doing, what holds it and since when, and the approval only a person may give.
 * An edge like {@code api}, and as little able to decide.
 */
@NullMarked
package dev.lockstep.ui;

import org.jspecify.annotations.NullMarked;
