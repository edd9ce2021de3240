/** What a node owes to pods, asked of the light node and of a real kubelet alike. */
@NullMarked
package dev.sluice.kubedev.node;

import org.jspecify.annotations.NullMarked;
