/** What a kubelet serves to the API server: logs of containers and the node's health. */
@NullMarked
package dev.sluice.kubedev.node.server;

import org.jspecify.annotations.NullMarked;
