/** Who is asking, and whether they may: static tokens, and the protection of the page's cookie. */
@NullMarked
package dev.lockstep.api.access;

import org.jspecify.annotations.NullMarked;
