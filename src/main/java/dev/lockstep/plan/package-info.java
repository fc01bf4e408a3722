/**
 * What a plan says: the spec as records, typed names, validation with paths and messages, canonical form and digest.
 * Pure; whether a plan fits a database or a cluster is not known here.
 */
@NullMarked
package dev.lockstep.plan;

import org.jspecify.annotations.NullMarked;
