/** Tests of the registry over its port. */
@NullMarked
package dev.sluice.kubedev.registry;

import org.jspecify.annotations.NullMarked;
