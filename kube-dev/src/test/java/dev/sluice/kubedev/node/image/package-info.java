/** Image names, layers and the paths inside them. */
@NullMarked
package dev.sluice.kubedev.node.image;

import org.jspecify.annotations.NullMarked;
