/**
 * What a piece of SQL does, found by PostgreSQL's own grammar and not by looking for words: for now, whether it mentions a
 * table or a column. Pure.
 */
@NullMarked
package dev.lockstep.lint;

import org.jspecify.annotations.NullMarked;
