/** From the pods of a revision to what gateways know of them, and to how many take requests. */
@NullMarked
package dev.sluice.serving.pods;

import org.jspecify.annotations.NullMarked;
