/** One light node in this JVM: it registers itself, takes the pods of a cluster that has no scheduler, and runs them as child processes. */
@NullMarked
package dev.sluice.kubedev.node;

import org.jspecify.annotations.NullMarked;
