/** Serving: Services become Configurations, Revisions, Deployments and Routes; revisions scale with their requests, to zero and back. */
@NullMarked
package dev.sluice.serving;

import org.jspecify.annotations.NullMarked;
