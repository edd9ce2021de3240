/** Revisions: their digests, their Deployment, what gateways need to know of them, and how they are. */
@NullMarked
package dev.sluice.serving.revision;

import org.jspecify.annotations.NullMarked;
