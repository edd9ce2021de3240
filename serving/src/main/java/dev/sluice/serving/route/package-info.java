/** Routes: which revisions a host's requests go to, published to the gateways as one table. */
@NullMarked
package dev.sluice.serving.route;

import org.jspecify.annotations.NullMarked;
