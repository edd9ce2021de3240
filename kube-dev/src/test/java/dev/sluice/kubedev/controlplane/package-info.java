/** Tests of the parts of the control plane. */
@NullMarked
package dev.sluice.kubedev.controlplane;

import org.jspecify.annotations.NullMarked;
