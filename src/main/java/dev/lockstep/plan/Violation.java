package dev.lockstep.plan;

/**
 * Why a plan is not accepted.
 *
 * @param path where in the document, for example {@code spec.changes[0].renameColumn.from}
 * @param message what is wrong and what to do, as a sentence for the plan's author
 */
public record Violation(String path, String message) {}
