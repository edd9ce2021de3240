/** What the control plane and the gateways say to each other: one immutable table of routes, the pods behind it, and the numbers and pokes that flow back. */
@NullMarked
package dev.sluice.model.dataplane;

import org.jspecify.annotations.NullMarked;
