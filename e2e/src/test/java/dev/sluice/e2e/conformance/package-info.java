/** Knative's serving conformance as black-box tests of our own: one test per behaviour, on kube-dev and on a full cluster. */
@NullMarked
package dev.sluice.e2e.conformance;

import org.jspecify.annotations.NullMarked;
