/** From an image's tag to its digest, asking the registry with the pod's own credentials. */
@NullMarked
package dev.sluice.serving.digest;

import org.jspecify.annotations.NullMarked;
