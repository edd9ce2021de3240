/** Serving's kinds as they were in 2018 (v1alpha1): their schemas, and their conversion to v1 and back. */
@NullMarked
package dev.sluice.api.serving.historic;

import org.jspecify.annotations.NullMarked;
