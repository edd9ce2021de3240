/** The small rules that a pod's life is made of. */
@NullMarked
package dev.sluice.kubedev.node.pod;

import org.jspecify.annotations.NullMarked;
