/** Images from any registry that speaks the distribution protocol: references, pulling, unpacking and a content-addressed cache of root file systems. */
@NullMarked
package dev.sluice.kubedev.node.image;

import org.jspecify.annotations.NullMarked;
