/** Buckets as Google Cloud Storage serves them. */
@NullMarked
package dev.sluice.testing.gcs;

import org.jspecify.annotations.NullMarked;
