/**
 * The public contract: what JSON of the REST edge looks like. Stable for clients, whatever becomes of the types inside;
 * each record says how it is made of them.
 */
@NullMarked
package dev.lockstep.api.json;

import org.jspecify.annotations.NullMarked;
