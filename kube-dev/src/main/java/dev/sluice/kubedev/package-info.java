/** The facade of kube-dev: a real Kubernetes control plane as child processes, an OCI registry and one light node in this JVM. */
@NullMarked
package dev.sluice.kubedev;

import org.jspecify.annotations.NullMarked;
