/** Serving against a real control plane, with gateways and kubelets made for the tests. */
@NullMarked
package dev.sluice.serving;

import org.jspecify.annotations.NullMarked;
