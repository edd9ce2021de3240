/** What the reconcilers know of the cluster, one informer per kind shared by all of them, and how they write to it. */
@NullMarked
package dev.sluice.serving.cluster;

import org.jspecify.annotations.NullMarked;
