/** Names inside the pods' network: Services with their endpoints, the outside through the host's resolver. */
@NullMarked
package dev.sluice.kubedev.node.dns;

import org.jspecify.annotations.NullMarked;
