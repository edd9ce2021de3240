/** Tests of kube-dev as a whole. */
@NullMarked
package dev.sluice.kubedev;

import org.jspecify.annotations.NullMarked;
