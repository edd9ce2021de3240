/** A small OCI registry on loopback, with its files in the state folder. */
@NullMarked
package dev.sluice.kubedev.registry;

import org.jspecify.annotations.NullMarked;
