/** Certificates made on the spot. */
@NullMarked
package dev.sluice.testing.tls;

import org.jspecify.annotations.NullMarked;
