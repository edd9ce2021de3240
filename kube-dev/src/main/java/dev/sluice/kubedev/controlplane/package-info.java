/** The real etcd, kube-apiserver and kube-controller-manager: where they come from, their certificates, their flags, and keeping them up. */
@NullMarked
package dev.sluice.kubedev.controlplane;

import org.jspecify.annotations.NullMarked;
