/** Digests from a registry that is played over HTTP. */
@NullMarked
package dev.sluice.serving.digest;

import org.jspecify.annotations.NullMarked;
