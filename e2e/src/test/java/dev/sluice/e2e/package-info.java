/** Black-box tests: they start {@code ./sluice up} and then type what a user types, on kube-dev or on a full cluster. */
@NullMarked
package dev.sluice.e2e;

import org.jspecify.annotations.NullMarked;
