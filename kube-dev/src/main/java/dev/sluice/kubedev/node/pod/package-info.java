/** The life of one pod: what a kubelet decides and writes about it, from its volumes and environment to probes, restarts and statuses. */
@NullMarked
package dev.sluice.kubedev.node.pod;

import org.jspecify.annotations.NullMarked;
