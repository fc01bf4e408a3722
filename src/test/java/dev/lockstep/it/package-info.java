/** Tests of the packaged program, as processes of their own. */
@NullMarked
package dev.lockstep.it;

import org.jspecify.annotations.NullMarked;
