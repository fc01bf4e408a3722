/** Edge: plans and databases as Kubernetes objects. */
@NullMarked
package dev.lockstep.operator;

import org.jspecify.annotations.NullMarked;
