/** Where a pod's processes run: a bridge and network namespaces, bubblewrap around each container, control groups; or plain processes. */
@NullMarked
package dev.sluice.kubedev.node.sandbox;

import org.jspecify.annotations.NullMarked;
