/**
 * What a database looks like: identifiers, and the catalogue as it was read at one moment. Pure; it neither connects
 * nor decides.
 */
@NullMarked
package dev.lockstep.schema;

import org.jspecify.annotations.NullMarked;
