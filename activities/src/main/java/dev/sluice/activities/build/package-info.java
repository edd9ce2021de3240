/** A build's activities over the Kubernetes API: its pod, its status, its logs. */
@NullMarked
package dev.sluice.activities.build;

import org.jspecify.annotations.NullMarked;
