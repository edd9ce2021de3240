/** What objects carry and what writes keep. */
@NullMarked
package dev.sluice.serving.cluster;

import org.jspecify.annotations.NullMarked;
